"""The schema's history: numbered steps in `versions`, run by `payments_hub.store.migrating`."""
