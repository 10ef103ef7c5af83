"""Bytes in, records out: the only outbound HTTP of this package."""
