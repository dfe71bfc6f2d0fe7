"""Other tools' results, read to compare with ours or to show them."""
