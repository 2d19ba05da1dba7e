"""The field list of the index, read from mappings/chunks.json; every backend derives its schema from it."""

import json
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from indexer.index.definitions import fingerprint, read
from indexer.index.query import TextField


class FieldType(StrEnum):
    """What a field holds; a backend maps each to its own type."""

    TEXT = "text"  # analysed words with positions
    KEYWORD = "keyword"  # whole values: filters and facets
    LONG = "long"  # signed 64-bit numbers: ranges, order and facets
    STORED = "stored"  # kept, not searched


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One field; ``analyzer`` is "stemmed" or "exact" for text, else empty."""

    name: str
    type: FieldType
    analyzer: str = ""


@dataclass(frozen=True, slots=True)
class SearchedField:
    """A pair of fields with the same words, and the weight of a match in it.

    Attributes:
        field: The stemmed field without stop words.
        exact: The unstemmed field with every word.
    """

    field: str
    exact: str
    weight: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """How text becomes terms.

    Attributes:
        pattern: Regular expression that matches one word; every backend is given the words so found.
        longest: Tokens of this many bytes or more are left out.
        stemmer: Language of the stemmer of the stemmed fields.
        stop_words: Left out of the stemmed fields; positions keep their gaps.
    """

    pattern: str
    longest: int
    stemmer: str
    stop_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChunkMapping:
    """The whole file.

    Attributes:
        fingerprint: 16 hexadecimal digits; another fingerprint means that the index must be rebuilt.
        searched: Where the words of a query field are looked for.
    """

    version: int
    fingerprint: str
    k1: float
    b: float
    analysis: Analysis
    fields: tuple[FieldMapping, ...]
    searched: MappingType[TextField, tuple[SearchedField, ...]]


@cache
def chunk_mapping() -> ChunkMapping:
    """Returns the mapping that this version ships with."""
    return parse_mapping(read("chunks.json"))


def parse_mapping(source: str) -> ChunkMapping:
    """Returns the mapping that a JSON text describes; layout and order of keys do not matter."""
    content = json.loads(source)
    analysis = content["analysis"]
    return ChunkMapping(
        version=content["version"],
        fingerprint=fingerprint(content),
        k1=content["bm25"]["k1"],
        b=content["bm25"]["b"],
        analysis=Analysis(
            analysis["pattern"], analysis["longest"], analysis["stemmer"], tuple(analysis["stop_words"])
        ),
        fields=tuple(
            FieldMapping(each["name"], FieldType(each["type"]), each.get("analyzer", ""))
            for each in content["fields"]
        ),
        searched={
            TextField(name): tuple(SearchedField(**each) for each in fields)
            for name, fields in content["searched"].items()
        },
    )
