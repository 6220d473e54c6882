"""Models that answer behind a server."""
