"""The order of the slides of a PPTX, which Tika does not keep."""

import io
import zipfile

from lxml import etree

from indexer.extract.limits import MAX_BYTES

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_SHOW = "ppt/presentation.xml"
_SLIDES = "{*}sldIdLst/{*}sldId"
_ID = "id"


def shown_order(content: bytes) -> list[int]:
    """Returns for each slide, in the order shown, its 0-based place in Tika's answer.

    Tika gives slides in the order of their relationships' ids as strings, so that "rId10" comes before
    "rId7". Empty where the file does not tell.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(_SHOW) as part:
            root = etree.fromstring(part.read(MAX_BYTES), etree.XMLParser(resolve_entities=False))
    except (zipfile.BadZipFile, KeyError, OSError, etree.XMLSyntaxError):
        return []
    shown = [_relationship(slide) for slide in root.findall(_SLIDES)]
    given = {name: place for place, name in enumerate(sorted(shown))}
    return [given[name] for name in shown] if len(given) == len(shown) else []


def _relationship(slide: etree._Element) -> str:
    """Returns the id of a slide's relationship; the slide's own id has no namespace."""
    names = (str(name) for name in slide.attrib if etree.QName(name).namespace)
    return next((str(slide.attrib[name]) for name in names if etree.QName(name).localname == _ID), "")
