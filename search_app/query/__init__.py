"""The query language: from what a person types to the words, conditions and filters of a search."""
