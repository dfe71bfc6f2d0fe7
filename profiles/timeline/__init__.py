"""The read side of the timeline: tiles out of mapped pyramids."""
