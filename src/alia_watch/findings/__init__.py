"""What is unusual, and whether to tell it. Pure."""
