"""What public money was reported, what may be summed with what, and the cost per download. Pure, decimal."""
