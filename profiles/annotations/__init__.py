"""Markers and regions of a profile: what one may hold, who changes it, how it travels as a file."""
