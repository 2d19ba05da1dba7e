"""The records: the truth, in one SQL database, from which every index can be rebuilt."""
