"""From counter readings to daily downloads. Pure: records in, records out."""
