"""Lanes of the timeline: which tracks there are, what overlaps, and the pyramid over them."""
