"""The only SQL. Readers are plain functions that return records."""
