"""Readers of foreign files: bytes in, arrays out, with the standard library and numpy only."""
