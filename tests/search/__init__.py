"""Search over all events of a run."""
