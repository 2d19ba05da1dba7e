"""clausewatch thresholds: how sure the classifier must be, chosen anew without retraining."""

import click

from search_app.cli.models import RELABEL, pack_of, who
from search_app.errors import BadRequestError
from search_app.settings import load_settings

LOWEST, HIGHEST = 0.5, 0.99


@click.command("thresholds")
@click.option(
    "--precision",
    default=0.8,
    show_default=True,
    metavar="P",
    type=click.FloatRange(LOWEST, HIGHEST),
    help="Share of its labels that shall be right.",
)
@click.option("--label", "labels", multiple=True, metavar="L", help="Only of this label; repeatable.")
@click.option("--pack", default="", metavar="P", help="Of this pack (default contracts).")
def command(precision: float, labels: tuple[str, ...], pack: str) -> None:
    """Choose from which probability on a label is given, for the precision that is asked for.

    More precision finds less, and leaves more to a person's eye. The result is a new version of the model,
    which labels at once; clausewatch models rollback goes back.
    """
    from models.classifier.adapted import own_names  # noqa: PLC0415
    from models.packs import load_pack  # noqa: PLC0415 - the help page must not pay for the imports
    from search_app.compose import compose  # noqa: PLC0415
    from search_app.query.filters import label  # noqa: PLC0415

    name = pack_of(pack, "")
    known = load_pack(name)
    try:
        names = dict.fromkeys(label(text, [known]) for text in labels)
    except BadRequestError as error:
        raise click.UsageError(str(error)) from error
    registry = compose(load_settings()).registry
    used = registry.state(name).used
    # The model knows labels by the names that they had when it was trained.
    own = own_names(used.card.labels, known) if used else {}
    made = registry.rethreshold(name, precision, tuple(own.get(each, each) for each in names), who())
    said = sum(each.said for each in made.card.labels.values())
    right = sum(each.right for each in made.card.labels.values())
    never = sum(1 for each in made.card.labels.values() if not each.said)
    click.echo(f"{made.version} labels from now on: {right:,} of {said:,} labels were right when measured.")
    if never:
        click.echo(f"It never gives {never} of {len(made.card.labels)} labels: none is so sure.")
    click.echo(RELABEL)
