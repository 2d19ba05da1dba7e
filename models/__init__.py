"""What is learned: text and numbers in; vectors, probabilities and artefacts out.

This package knows nothing of databases, indexes or the web.
"""
