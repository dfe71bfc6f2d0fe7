"""System captures: the runtime's trace, host samples and framework traces, as they lie in files."""
