"""How much one web process takes on."""

THREADS = 8
"""Requests that one worker answers at a time; each needs a connection, so the pool is as large."""
