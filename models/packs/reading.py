"""Reads pack.yaml into values; every mistake is named with its file, key and value."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import yaml

from models.errors import PackError
from models.labels import Severity
from models.packs.definition import (
    DocumentType,
    ExampleSearch,
    GoldenQuery,
    LabelDefinition,
    Pack,
    Rule,
)
from models.packs.fields import Fields

_MAX_WITHIN = 60
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FACETS = ("label", "severity", "document_type", "collection", "date")


def read_pack(path: Path) -> Pack:
    """Reads and checks a pack.

    Args:
        path: The YAML file.

    Raises:
        PackError: The file is missing, is no YAML, or a key is missing, unknown or wrong.
    """
    try:
        content = path.read_bytes()
        data = yaml.load(content, Loader=_LOADER)  # noqa: S506 - a safe loader either way
    except OSError as error:
        raise PackError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PackError(f"{path}: is no valid YAML: {' '.join(str(error).split())}") from error
    fields = Fields.of(path, "", data)
    labels = _labels(fields.named("labels"))
    pack = Pack(
        name=fields.text("name"),
        title=fields.text("title"),
        version=hashlib.sha256(content).hexdigest(),
        labels=labels,
        renamed=_renamed(fields, labels),
        document_types=tuple(_document_type(item) for item in fields.items("document_types")),
        facets=fields.choices("facets", _FACETS),
        golden=tuple(_golden(item, labels) for item in fields.items("golden")),
        examples=tuple(_example(item, labels) for item in fields.items("examples")),
    )
    fields.finish()
    return pack


def _labels(named: Mapping[str, Fields]) -> Mapping[str, LabelDefinition]:
    return MappingProxyType({name: _label(name, fields) for name, fields in named.items()})


def _renamed(fields: Fields, labels: Mapping[str, LabelDefinition]) -> Mapping[str, str]:
    found = fields.mapping("renamed")
    for former in found.values:
        if former in labels:
            raise found.error(former, found.values[former], "a name that no label has any more")
        found.choice(former, tuple(labels))
    return MappingProxyType(dict(found.values))


def _label(name: str, fields: Fields) -> LabelDefinition:
    severity = fields.choice("severity", tuple(level.name.lower() for level in Severity))
    label = LabelDefinition(
        name=name,
        title=fields.text("title"),
        description=fields.text("description"),
        severity=Severity[severity.upper()],
        question=fields.text("question"),
        rules=tuple(_rule(item) for item in fields.items("rules")),
    )
    seen: set[str] = set()
    for rule in label.rules:
        if rule.id in seen:
            raise fields.error("rules", rule.id, "an id that no other rule of this label has")
        seen.add(rule.id)
    fields.finish()
    return label


def _rule(fields: Fields) -> Rule:
    rule = Rule(
        id=fields.text("id"),
        any=fields.terms("any"),
        all=fields.terms("all"),
        near=fields.terms("near"),
        within=int(fields.number("within", 10, 1, _MAX_WITHIN)),
        ordered=fields.flag("ordered"),
        exclude=fields.terms("not"),
        heading=fields.terms("heading"),
        probability=fields.number("probability", None, 0.01, 0.99),
    )
    if not (rule.any or rule.all or rule.near):
        raise fields.error("id", rule.id, "a rule with any, all or near, else it has no words to show")
    if len(rule.near) == 1:
        raise fields.error("near", rule.near[0].text, "at least two terms")
    fields.finish()
    return rule


def _document_type(fields: Fields) -> DocumentType:
    kind = DocumentType(fields.text("name"), fields.terms("patterns"))
    fields.finish()
    return kind


def _golden(fields: Fields, labels: Mapping[str, LabelDefinition]) -> GoldenQuery:
    query = GoldenQuery(fields.text("text"), fields.choice("label", tuple(labels)))
    fields.finish()
    return query


def _example(fields: Fields, labels: Mapping[str, LabelDefinition]) -> ExampleSearch:
    text, label = fields.text("text", ""), fields.choice("label", ("", *labels), "")
    if not (text or label):
        raise fields.error("text", "", "words, a label, or both")
    fields.finish()
    return ExampleSearch(text, label)
