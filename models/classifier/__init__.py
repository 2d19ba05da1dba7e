"""The learned classifier: what it is trained on, and how surely it labels passages."""
