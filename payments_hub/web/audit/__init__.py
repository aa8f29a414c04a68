"""Pages for those who watch over the hub: what was done, and what was refused."""
