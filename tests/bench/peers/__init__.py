"""The same events in this program and in two others, measured by one script on one machine."""
