"""How much of a file is read before it is refused as too large."""

MAX_BYTES = 256 * 2**20
"""Size of a file."""
MAX_UNPACKED_BYTES = 512 * 2**20
"""Size of all that is unpacked from one archive, whatever its directory claims."""
MAX_PAGES = 5_000
"""Pages of one PDF."""
MAX_CHARACTERS = 20_000_000
"""Length of a document's text."""
MAX_ATTACHMENTS = 1_000
"""Files inside one file."""
MAX_DEPTH = 200
"""Nesting of containers within one document: deeper is an attack or an accident."""
