"""The search index: one protocol, and the backends that fulfil it."""
