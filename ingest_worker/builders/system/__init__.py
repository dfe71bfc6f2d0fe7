"""What the traces of processes mean: spans, joins, memory, clocks, links, tracks and series."""
