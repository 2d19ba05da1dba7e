"""What a monitoring system sees: counts and times of this process, facts from records and index."""
