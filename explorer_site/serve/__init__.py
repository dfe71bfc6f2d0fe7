"""The local server: a broker, the web, a worker and a beat under one foreground supervisor."""
