"""For operators: whether everything runs."""
