"""The keys that partners' machines come with, for partners and for those who keep the hub."""
