"""The hub: it takes partners' aggregates in, keeps every revision, and shows what became of the plan."""

__version__ = "0.1.0"
