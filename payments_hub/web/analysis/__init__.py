"""Pages for those who read figures: the overview and its charts."""
