"""Who may receive what. Pure."""
