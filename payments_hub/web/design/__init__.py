"""The page of components: each once, in every state."""
