"""Adapts an encoder to a team's language, from judged searches and marked passages."""
