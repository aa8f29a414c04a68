"""The programming interface for partners' machines."""
