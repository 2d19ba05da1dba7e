"""How good a ranking and a classifier are: judged data read, metrics computed, two systems compared."""
