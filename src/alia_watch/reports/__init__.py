"""Facts to words and pictures."""
