"""Published tables as a Perfetto trace, written as it is read."""
