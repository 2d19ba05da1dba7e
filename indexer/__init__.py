"""The back office: everything that happens without a person waiting."""
