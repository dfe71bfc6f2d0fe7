"""The device trace: NTFF files of versions 4, 5 and 6."""
