"""Official announcements and what else happened: their dates, and what they coincide with. Pure."""
