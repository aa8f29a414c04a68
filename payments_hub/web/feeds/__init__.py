"""How partners' feeds stand: all of them in a list, and each one's calendar."""
