"""Field lists and index settings as data, read by indexer.index.mapping."""
