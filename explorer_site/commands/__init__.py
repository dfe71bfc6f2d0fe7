"""What the command line does: one module a command, and the list of all flags."""
