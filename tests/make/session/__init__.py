"""Writes whole capture directories byte by byte from a description, without any reader's code."""
