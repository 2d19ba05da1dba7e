"""Measurements of speed and quality; the tables that they print stand in docs/benchmarks.md."""
