"""Version 1 of the programming interface."""
