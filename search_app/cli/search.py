"""clausewatch search: the search of the pages, on the command line."""

import json
import textwrap
from dataclasses import replace

import click

from search_app.settings import load_settings


@click.command("search")
@click.argument("text", default="")
@click.option(
    "--collection", "collections", multiple=True, metavar="C", help="Only this collection; repeatable."
)
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="L",
    help="Only passages with this risk; repeatable, any of them.",
)
@click.option(
    "--min-probability", default="", metavar="P", help="Only labels at least this probable, 0 to 1."
)
@click.option(
    "--min-severity", default="", metavar="S", help="Only labels at least this severe: low, medium, high."
)
@click.option("--type", "types", multiple=True, metavar="T", help="Only documents of this type; repeatable.")
@click.option(
    "--from", "date_from", default="", metavar="DATE", help="Only documents dated then or later, YYYY-MM-DD."
)
@click.option("--to", "date_to", default="", metavar="DATE", help="Only documents dated then or earlier.")
@click.option(
    "--unsure",
    is_flag=True,
    help="Only passages that need your eye: a model is not sure of a label, of those of --label where given.",
)
@click.option(
    "--flagged",
    default="",
    metavar="F",
    help="Only what a version that labels beside alone flags (new), or only the one in use (old).",
)
@click.option("--mode", default="hybrid", metavar="M", help="hybrid (default), keyword or semantic.")
@click.option("--limit", default="10", metavar="N", help="Passages to show, 1 to 100 (default 10).")
@click.option("--offset", default="0", metavar="N", help="Passages to skip (default 0).")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def command(text: str, as_json: bool, **parameters: object) -> None:
    """Search for TEXT by words and meaning; without TEXT, list the riskiest passages.

    Words may be combined with AND, OR, NOT, "exact phrases", -excluded, liab* and a w/10 b.
    """
    from search_app.compose import compose  # noqa: PLC0415 - the help page must not pay for the imports
    from search_app.query.parameters import request_from  # noqa: PLC0415
    from search_app.wire import hit_object  # noqa: PLC0415

    parts = compose(load_settings())
    request = replace(request_from(text, parameters, parts.packs), facets=not as_json)
    page = parts.searcher.search(request)
    if as_json:
        click.echo(json.dumps([hit_object(hit) for hit in page.hits], ensure_ascii=False, indent=2))
        return
    for notice in page.notices:
        click.echo(notice, err=True)
    click.echo(f"{page.total} passages in {page.documents or 0} documents")
    for hit in page.hits:
        where = " · ".join(filter(None, [hit.section, f"page {hit.page}" if hit.page else ""]))
        click.echo(f"\n{hit.rank}. {hit.title}" + (f"  ({where})" if where else ""))
        click.echo(textwrap.indent(textwrap.fill(" ".join(hit.text.split()), 96), "   "))
        for label in hit.labels:
            words = ", ".join(f"“{trigger.text}”" for trigger in label.triggers[:3])
            severity = label.severity.name.lower()
            click.echo(
                f"   [{severity}] {label.title} {label.probability:.2f} by {label.source.value}: {words}"
            )
        for one in hit.beside:
            click.echo(f"   [{one.version}] would {'also' if one.gained else 'not'} say {one.title}")
        for label in hit.unsure:
            click.echo(f"   [not sure] {label.title} {label.probability:.2f}: {label.question}")
