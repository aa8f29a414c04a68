"""Pages for what was rejected: see it, see why, and judge it again."""
