"""What a range needs of a large profile, kept beside its tables and read block by block."""
