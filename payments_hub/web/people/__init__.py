"""Accounts of the people who sign in: those who keep them, one's own, and links that set a password."""
