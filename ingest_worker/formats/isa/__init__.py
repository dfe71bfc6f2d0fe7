"""The instruction set: 64-byte slots to names, operands, access patterns and byte counts."""
