"""Use cases: load, call pure code, save. They take a session and never commit."""
