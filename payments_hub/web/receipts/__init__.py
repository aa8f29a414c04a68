"""Receipts: the list, one receipt years later, and the message mended."""
