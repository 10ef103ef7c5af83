"""`alia-watch`: one verb per step."""
