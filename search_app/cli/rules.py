"""clausewatch rules: keyword rules that people write for a collection."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import reduce
from typing import TYPE_CHECKING, Any

import click

from search_app.settings import load_settings

if TYPE_CHECKING:
    from indexer.house import HouseRule, NewRule
    from indexer.house.preview import Preview
    from search_app.compose import Parts

BY = "the command line"
_TEXT = 200


def _words(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the options of what a rule looks for."""
    options = (
        click.option("--collection", "-c", required=True, metavar="NAME", help="Whose passages."),
        click.option(
            "--label", required=True, metavar="L", help="The label that it gives, by name or title."
        ),
        click.option("--any", "any_", multiple=True, metavar="TERM", help="One of these occurs."),
        click.option("--all", "all_", multiple=True, metavar="TERM", help="Each of these occurs."),
        click.option(
            "--near", multiple=True, metavar="TERM", help="These stand near each other; at least two."
        ),
        click.option("--within", default=10, show_default=True, metavar="N", help="How near, in words."),
        click.option("--ordered", is_flag=True, help="In this order."),
        click.option(
            "--not", "exclude", multiple=True, metavar="TERM", help="None of these in the sentence."
        ),
        click.option("--heading", multiple=True, metavar="TERM", help="Under a heading with one of these."),
    )
    return reduce(lambda made, option: option(made), reversed(options), function)


@click.group("rules")
def command() -> None:
    """Write, try, list and retire keyword rules of your own for a collection."""


@command.command("list")
@click.option("--collection", "-c", default="", metavar="NAME", help="Only those of this collection.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each rule.")
def list_(*, collection: str, as_json: bool) -> None:
    """List the rules, those at work first."""
    from indexer.house import house_rules  # noqa: PLC0415 - the help page must not pay for the imports

    with _parts().engine.connect() as connection:
        found = house_rules(connection, collection)
    if not found:
        click.echo("There are no rules of the house yet.")
    for rule in found:
        click.echo(json.dumps(asdict(rule), ensure_ascii=False) if as_json else _line(rule))


@command.command("show")
@click.argument("rule", metavar="RULE")
def show(*, rule: str) -> None:
    """Show one RULE, by the beginning of its id: its words, who wrote it, and how right it was."""
    from indexer.house import house_rule  # noqa: PLC0415 - the help page must not pay for the imports
    from indexer.house.claims import claims, judged_claims  # noqa: PLC0415
    from models.written import in_words  # noqa: PLC0415

    with _parts().engine.connect() as connection:
        found = house_rule(connection, rule)
        said, seen = claims(connection, [found])[found.id], judged_claims(connection, [found])[found.id]
    click.echo(_line(found))
    click.echo(f"  {in_words(found.written)}")
    click.echo(f"  by {found.by}, {found.at}: {found.reason or '–'}")
    click.echo(
        f"  labels {said.speaks:,} passages; the model labels {said.outvoted:,} more that it finds; "
        f"people found {seen.right:,} of {seen.judged:,} right"
    )
    if found.retired:
        click.echo(f"  retired by {found.retired.by}, {found.retired.at}: {found.retired.reason or '–'}")


@command.command("try")
@_words
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def try_(*, as_json: bool, **words: Any) -> None:  # noqa: ANN401 - what click gives
    """Tell what a rule would find, without putting it to work."""
    from indexer.house.preview import preview  # noqa: PLC0415 - the help page must not pay for the imports

    parts = _parts()
    asked = _asked(parts, words, "", "")
    with parts.engine.connect() as connection:
        found = preview(connection, asked)
    click.echo(json.dumps(asdict(found), ensure_ascii=False) if as_json else _in_words(found))


@command.command("add")
@_words
@click.option("--name", default="", metavar="TEXT", help="What people call it.")
@click.option("--reason", default="", metavar="TEXT", help="Why it is needed.")
def add(*, name: str, reason: str, **words: Any) -> None:  # noqa: ANN401 - what click gives
    """Put a rule to work. The worker gives its label to what is there; the same rule twice counts once."""
    from indexer.house import add_rule  # noqa: PLC0415 - the help page must not pay for the imports
    from indexer.house.preview import check, preview  # noqa: PLC0415
    from indexer.records.database import writing  # noqa: PLC0415

    parts = _parts()
    asked = _asked(parts, words, name, reason)
    with parts.engine.connect() as connection:
        found = preview(connection, asked)
        check(found)
    with writing(parts.engine) as connection:
        rule = add_rule(connection, asked, parts.packs[asked.collection])
    click.echo(f"{_line(rule)}\n{_count(found)}")


@command.command("retire")
@click.argument("rule", metavar="RULE")
@click.option("--reason", default="", metavar="TEXT", help="Why.")
def retire(*, rule: str, reason: str) -> None:
    """Take a RULE out of service, by the beginning of its id; the worker takes its labels away."""
    from indexer.house import Retired, retire_rule  # noqa: PLC0415 - the help page must not pay for the imports
    from indexer.records.database import writing  # noqa: PLC0415

    with writing(_parts().engine) as connection:
        found = retire_rule(connection, rule, Retired(BY, _now(), reason))
    click.echo(_line(found))


@command.command("export")
@click.option("--collection", "-c", default="", metavar="NAME", help="Only those of this collection.")
def export(*, collection: str) -> None:
    """Print the rules at work as YAML, spelled as the rules of a pack."""
    import yaml  # noqa: PLC0415 - the help page must not pay for the imports

    from indexer.house import house_rules  # noqa: PLC0415

    with _parts().engine.connect() as connection:
        working = [rule for rule in house_rules(connection, collection) if rule.retired is None]
    labels: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for rule in working:
        labels.setdefault(rule.label, {"rules": []})["rules"].append(_as_in_pack(rule))
    click.echo(yaml.safe_dump({"labels": labels}, allow_unicode=True, sort_keys=False), nl=False)


@command.command("report")
@click.option("--collection", "-c", required=True, metavar="NAME", help="Whose rules, pack and house.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def report(*, collection: str, as_json: bool) -> None:
    """Try every rule on every passage: what each covers, overlaps and adds, and how right it is.

    The page of rules shows the last report; a worker makes one every six hours where something changed.
    """
    from indexer.errors import HouseRuleError  # noqa: PLC0415 - the help page must not pay for the imports
    from indexer.house.report import make_report  # noqa: PLC0415

    parts = _parts()
    if collection not in parts.collections():
        raise HouseRuleError({"collection": f"There is no collection {collection!r}."})
    made = make_report(parts.engine, collection, parts.packs[collection], _now(), lambda *_: None)
    if as_json:
        click.echo(json.dumps(asdict(made), ensure_ascii=False))
        return
    click.echo(f"{made.passages:,} passages of {collection}, {made.at}")
    click.echo(f"{'covers':>8} {'overlaps':>8} {'adds':>8} {'right':>13}  rule")
    for each in made.rules:
        right = f"{each.right:,} of {each.judged:,}" if each.judged else "–"
        name = f"{each.label}: {each.name}{' (house)' if each.house else ''}"
        click.echo(f"{each.covers:>8,} {each.overlaps:>8,} {each.adds:>8,} {right:>13}  {name}")


def _parts() -> "Parts":
    from search_app.compose import compose  # noqa: PLC0415 - the help page must not pay for the imports

    return compose(load_settings())


def _asked(parts: "Parts", words: dict[str, Any], name: str, reason: str) -> "NewRule":
    from indexer.errors import HouseRuleError  # noqa: PLC0415 - the help page must not pay for the imports
    from indexer.house import NewRule  # noqa: PLC0415
    from models.written import Written, problems  # noqa: PLC0415

    written = Written(
        words["any_"], words["all_"], words["near"], words["within"], words["ordered"], words["exclude"],
        words["heading"],
    )  # fmt: skip
    collection = words["collection"]
    found = problems(written)
    if collection not in parts.collections():
        found["collection"] = f"There is no collection {collection!r}."
    label = parts.packs[collection].named(words["label"])
    if label is None:
        found["label"] = f"There is no label {words['label']!r} here."
    if found or label is None:
        raise HouseRuleError(found)
    return NewRule(collection, label, written, BY, _now(), name, reason)


def _as_in_pack(rule: "HouseRule") -> dict[str, Any]:
    written = rule.written
    lists = {
        "any": written.any, "all": written.all, "near": written.near, "not": written.exclude,
        "heading": written.heading,
    }  # fmt: skip
    found: dict[str, Any] = {"id": rule.id} | {name: list(each) for name, each in lists.items() if each}
    if written.near:
        found["within"] = written.within
    if written.ordered:
        found["ordered"] = True
    return found | {"probability": round(rule.probability, 2)}


def _line(rule: "HouseRule") -> str:
    state = "retired" if rule.retired else "at work"
    return f"{rule.id}  {state}  {rule.collection}  {rule.label}  {rule.probability:.2f}  {rule.name}"


def _count(found: "Preview") -> str:
    people = (
        f"people found {found.right:,} of {found.judged:,} right" if found.judged else "nobody judged one yet"
    )
    return (
        f"It matches {found.passages:,} of {found.total:,} passages, in {found.documents:,} documents; "
        f"{found.labelled:,} have the label already; {people}."
    )


def _in_words(found: "Preview") -> str:
    if found.too_many:
        return (
            f"It matches more than {found.passages - 1:,} of {found.total:,} passages: too many to be a rule."
        )
    lines = [_count(found)]
    for each in found.examples:
        words = ", ".join(f"“{trigger.text}”" for trigger in each.triggers)
        text = " ".join(each.text[max(0, each.triggers[0].start - _TEXT // 2) :].split())[:_TEXT]
        lines.append(f"  {words}: … {text} …")
    return "\n".join(lines)


def _now() -> str:
    from indexer.records.codec import time_to_text  # noqa: PLC0415 - the help page must not pay for the imports

    return time_to_text(datetime.now(UTC))
