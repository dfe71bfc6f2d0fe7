"""Where bytes lie: uploaded sources, tables of runs, and the official tool's links to them."""
