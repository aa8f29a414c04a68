"""The simulated city: invented partners and sites in real communes, for demonstrations, load and tests."""
