"""Pages that tell what changed between two days."""
