"""The parts of an Office package, unpacked within limits, strict and transitional alike."""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from indexer.errors import ExtractionError
from indexer.extract.limits import MAX_UNPACKED_BYTES

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
# Strict documents differ in their namespaces only, as far as text goes.
_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/math",
        b"http://schemas.openxmlformats.org/officeDocument/2006/math",
    ),
)


@dataclass(frozen=True, slots=True)
class Relationship:
    """A link from one part to another.

    Attributes:
        kind: Last word of its type, such as "footnotes".
        target: Name of the part within the package.
    """

    kind: str
    target: str


class Package:
    """A package opened from bytes; parts are unpacked when asked for."""

    def __init__(self, content: bytes) -> None:
        """Opens a package.

        Raises:
            ExtractionError: Damaged, where it is no archive.
        """
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise ExtractionError("damaged", "The Word document is damaged and cannot be opened.") from error
        self._names = {name.lower(): name for name in self._archive.namelist()}
        self._unpacked = 0

    def read(self, name: str) -> bytes | None:
        """Returns a part's bytes, None where there is no such part.

        Raises:
            ExtractionError: Too large, when all parts together unpack to more than the limit; damaged.
        """
        actual = self._names.get(name.lstrip("/").lower())
        if actual is None:
            return None
        try:
            with self._archive.open(actual) as part:
                content = part.read(MAX_UNPACKED_BYTES - self._unpacked + 1)
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise ExtractionError("damaged", f"The Word document's part {name} is damaged.") from error
        self._unpacked += len(content)
        if self._unpacked > MAX_UNPACKED_BYTES:
            limit = f"{MAX_UNPACKED_BYTES // 2**20} MiB"
            raise ExtractionError("too_large", f"The Word document unpacks to more than {limit}.")
        return content

    def xml(self, name: str) -> etree._Element | None:
        """Returns a part's root element; nothing outside the part is loaded, entities stay unexpanded.

        Raises:
            ExtractionError: As ``read``; damaged where the part is not XML.
        """
        content = self.read(name)
        if content is None:
            return None
        for strict, transitional in _STRICT:
            content = content.replace(strict, transitional)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
        )
        try:
            return etree.fromstring(content, parser)
        except etree.XMLSyntaxError as error:
            raise ExtractionError("damaged", f"The Word document's part {name} is damaged.") from error

    def relationships(self, part: str) -> dict[str, Relationship]:
        """Returns the links inside the package that a part has, by id; "" asks for the package's own."""
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        return dict(_links(root, folder)) if root is not None else {}

    def main_part(self) -> str:
        """Returns the name of the document's main part."""
        for link in self.relationships("").values():
            if link.kind == "officeDocument":
                return link.target
        return "word/document.xml"


def _links(root: etree._Element, folder: str) -> Iterator[tuple[str, Relationship]]:
    for element in root.iter(_RELATIONSHIPS):
        if element.get("TargetMode") != "External":
            target = unquote(element.get("Target", ""))
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            kind = element.get("Type", "").rsplit("/", 1)[-1]
            yield element.get("Id", ""), Relationship(kind, posixpath.normpath(path))
