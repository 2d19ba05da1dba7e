"""How good a ranking is: judged data read, metrics computed, two systems compared."""
