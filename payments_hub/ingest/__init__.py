"""The one path in: every transport ends here, in the caller's transaction."""
