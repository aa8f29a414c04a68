"""Warnings: the list, and a partner's typed answers."""
