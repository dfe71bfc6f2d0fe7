"""Commands about the domain."""
