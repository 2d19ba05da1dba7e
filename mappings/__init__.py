"""Field lists, templates and pipelines as data, read by indexer.index.definitions."""
