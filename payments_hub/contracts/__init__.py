"""The shapes of messages that partners and readers depend on: versioned, published, decoded for ever."""
