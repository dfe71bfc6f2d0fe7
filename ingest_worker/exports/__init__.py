"""From published tables to what other tools read."""
