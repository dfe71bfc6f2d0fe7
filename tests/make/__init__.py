"""Writes NEFF and NTFF files byte by byte from a plain description, without any reader's code."""
