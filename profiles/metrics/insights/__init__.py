"""Rules that say what costs time, where, and what to do about it."""
