"""The command line: parse, call one function, print, map the error to an exit status.

Commands are imported when they are called, so that ``clausewatch --help`` stays quick.
"""

import importlib
import sys

import click

# Exit statuses: done; some files failed or the thing asked for cannot be done; wrong use.
DONE, FAILED, WRONG_USE = 0, 1, 2

# How long a command waits for another process to finish writing before it says who that is.
WAIT_SECONDS = 10.0

COMMANDS = {
    "ingest": "Read files and folders and make them searchable.",
    "search": "Search by words and meaning.",
    "evaluate": "Measure the quality of search and of labels.",
    "train": "Train models from what people said.",
    "serve": "Serve the pages and the API.",
    "worker": "Watch folders, take uploads, keep the index up to date.",
    "watch": "List or remove the watched folders.",
    "status": "Say what is stored, indexed and running.",
    "doctor": "Check this installation and say what to do.",
    "learn": "Learn from what people decided about labels, or from clicks.",
    "monitor": "Measure how right the classifier is and how inputs change.",
    "reviewers": "List who decided about labels, and say whose word decides.",
    "rules": "Write, try and retire keyword rules for a collection.",
    "models": "List the classifiers or rankers, show one, choose one, go back.",
    "experiment": "Try ideas on fixed data, in the background.",
    "encoder": "Take another encoder into use beside the one that serves, or go back.",
    "thresholds": "Choose how sure the classifier must be.",
    "relabel": "Give documents the labels of the model and the rules in force.",
    "rebuild": "Build the index anew from the records, beside the old one.",
    "opensearch": "Install search templates for other clients of an OpenSearch cluster.",
    "import": "Take over labels made elsewhere.",
    "export": "Export clicks, judgements, predictions, decisions and more as tables.",
    "backup": "Copy records and stored files into a folder, while everything runs.",
    "restore": "Fill an empty home from a backup.",
    "bench": "Measure speed on this machine.",
}

_MODULES = {"import": "imports"}  # a module cannot have the name of a keyword


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the names in the order of the help page."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Returns the command, or None where there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"search_app.cli.{_MODULES.get(cmd_name, cmd_name)}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="clausewatch")
def cli() -> None:
    """Clausewatch finds the passages that carry legal risk, by words and by meaning.

    State lives under CLAUSEWATCH_HOME (default ./var). Exit status: 0 done, 1 some files failed or the
    thing cannot be done, 2 wrong use.
    """


def main() -> None:
    """Runs a command; every error of ours becomes one line on standard error and an exit status."""
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Exception as error:
        message, status = _explain(error)
        if message is None:
            raise
        click.echo(f"clausewatch: {message}", err=True)
    sys.exit(status if isinstance(status, int) else DONE)


def _explain(error: Exception) -> tuple[str | None, int]:
    """Returns the line and the status for an error of ours; (None, …) for anything else."""
    from indexer.errors import (  # noqa: PLC0415 - only a failure pays for the import
        CollectionNameError,
        IndexerError,
        UnknownPathError,
    )
    from models.errors import ModelsError  # noqa: PLC0415
    from search_app.errors import SearchAppError  # noqa: PLC0415

    if isinstance(error, SearchAppError | UnknownPathError | CollectionNameError):
        return str(error), WRONG_USE
    if isinstance(error, IndexerError | ModelsError):
        return str(error), FAILED
    return None, FAILED
