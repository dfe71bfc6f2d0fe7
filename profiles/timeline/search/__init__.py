"""Search over all events of a run: a small language, read row group by row group."""
