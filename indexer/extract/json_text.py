"""JSON that carries one text: an object with a title and a content, as policy bases export it."""

import json

from indexer.documents import Block, BlockKind, Document
from indexer.errors import ExtractionError, UnsupportedFormatError
from indexer.extract import markdown
from indexer.extract.assemble import default_title, tidy
from indexer.extract.decode import decode

_TEXT_KEYS = ("content", "text", "body", "markdown")


def read(content: bytes, file_name: str) -> Document:
    """Reads the object's text as Markdown under its title.

    Raises:
        UnsupportedFormatError: The JSON holds data but no text of its own.
        ExtractionError: Damaged, where it is not JSON.
    """
    try:
        value = json.loads(decode(content).removeprefix("\ufeff"))
    except ValueError as error:
        raise ExtractionError("damaged", f"The JSON cannot be read: {error}.") from error
    fields = value if isinstance(value, dict) else {}
    text = next((fields[key] for key in _TEXT_KEYS if isinstance(fields.get(key), str)), None)
    if text is None:
        keys = ", ".join(_TEXT_KEYS)
        raise UnsupportedFormatError(f"JSON data without a text of its own (none of {keys}): not read.")
    return _document(tidy(str(fields.get("title") or "")), tidy(text), file_name)


def _document(title: str, text: str, file_name: str) -> Document:
    blocks = list(markdown.find_blocks(text))
    if title:
        shift = len(title) + 2
        heading = Block(BlockKind.HEADING, 0, len(title), level=1)
        blocks = [heading, *(Block(b.kind, b.start + shift, b.end + shift, level=b.level) for b in blocks)]
        text = f"{title}\n\n{text}"
    title = title or default_title(file_name)
    return Document(text=text, title=title, media_type="application/json", blocks=tuple(blocks))
