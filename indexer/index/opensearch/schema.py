"""What a generation is made with: settings, analysers and fields, derived from the mapping of chunks."""

import re
from typing import Any

from indexer.index import analysis
from indexer.index.mapping import ChunkMapping, FieldMapping, FieldType, chunk_mapping
from indexer.index.opensearch.connection import Connection

FORMAT = 1
VECTOR = "vector"
# How text is kept: terms that are separated by blanks, GAP where a stop word was.
TERMS = "terms"
GAP = "_"
# Deeper pages are empty.
DEEPEST = 1_000_000
LONGEST_TOKEN = 1_000_000
DELETED_PERCENT = 10
M, EF_CONSTRUCTION = 16, 128

_QUOTES = ("’", "‘", "ʼ", "´", "`", "＇")
_INVISIBLE = ("\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff")
_TYPES: dict[FieldType, dict[str, Any]] = {
    FieldType.KEYWORD: {"type": "keyword"},
    FieldType.LONG: {"type": "long"},
    FieldType.STORED: {"type": "object", "enabled": False},
}


def index_body(connection: Connection, encoder: str, dimension: int) -> dict[str, Any]:
    """Returns what a new generation is created with; without replicas and never refreshed by itself."""
    mapping = chunk_mapping()
    return {
        "settings": {"index": _index_settings(connection, mapping), "analysis": _analysis(mapping)},
        "mappings": {
            "dynamic": "strict",
            "_meta": {
                "format": FORMAT,
                "mapping": mapping.fingerprint,
                "encoder": encoder,
                "dimension": dimension,
                "shards": connection.shards,
                "engine": connection.engine,
            },
            "properties": {
                **{each.name: _field(each) for each in mapping.fields},
                VECTOR: {
                    "type": "knn_vector",
                    "dimension": dimension,
                    "method": {
                        "name": "hnsw",
                        "engine": connection.engine,
                        "space_type": "cosinesimil",
                        "parameters": {"m": M, "ef_construction": EF_CONSTRUCTION},
                    },
                },
            },
        },
    }


def java_pattern(pattern: str) -> str:
    """Returns the pattern of words for Java, whose classes of letters and digits differ."""
    letters = re.sub(r"\[\^\\W_([^\]]*)\]", r"[\\p{L}\\p{N}&&[^\1]]", pattern)
    digits = letters.replace(r"\d", r"\p{Nd}")
    return "(?U)" + re.sub(r"\\U0*([0-9a-f]+)", r"\\x{\1}", digits)


def _index_settings(connection: Connection, mapping: ChunkMapping) -> dict[str, Any]:
    return {
        "knn": True,
        "number_of_shards": connection.shards,
        "number_of_replicas": 0,
        # A change shows when it is complete: its writer refreshes.
        "refresh_interval": "-1",
        "max_result_window": DEEPEST,
        "merge": {"policy": {"deletes_pct_allowed": DELETED_PERCENT}},
        "store": {"stats_refresh_interval": "0s"},
        "similarity": {"default": {"type": "BM25", "k1": mapping.k1, "b": mapping.b}},
    }


def _field(field: FieldMapping) -> dict[str, Any]:
    if field.type is FieldType.TEXT:
        return {"type": "text", "analyzer": TERMS, "search_analyzer": field.analyzer}
    return _TYPES[field.type]


def _analysis(mapping: ChunkMapping) -> dict[str, Any]:
    """The analyser of our terms, and those that other clients' queries pass."""
    words: dict[str, Any] = {
        "char_filter": ["straight", "visible"],
        "tokenizer": "words",
        "filter": ["short", "lowercase", "asciifolding"],
    }
    stemmed = {**words, "filter": [*words["filter"], "stops", "stems"]}
    return {
        "char_filter": {
            "straight": {"type": "mapping", "mappings": [f"{each} => '" for each in _QUOTES]},
            "visible": {
                "type": "mapping",
                "mappings": [f"\\u{ord(each):04x} => " for each in _INVISIBLE],
            },
        },
        "tokenizer": {
            "blanks": {"type": "whitespace", "max_token_length": LONGEST_TOKEN},
            "words": {"type": "pattern", "pattern": java_pattern(mapping.analysis.pattern), "group": 0},
        },
        "filter": {
            "gaps": {"type": "stop", "stopwords": [GAP]},
            "short": {"type": "length", "max": mapping.analysis.longest - 1},
            "stops": {"type": "stop", "stopwords": list(mapping.analysis.stop_words)},
            "stems": {"type": "stemmer", "language": "porter2"},
        },
        "analyzer": {
            TERMS: {"tokenizer": "blanks", "filter": ["gaps"]},
            analysis.EXACT: words,
            analysis.STEMMED: stemmed,
        },
    }
