"""Numbers about a profile, read from its published tables."""
