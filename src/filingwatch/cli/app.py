"""The application that the commands belong to, what they share, and its end: errors of ours become an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from filingwatch import __version__
from filingwatch.errors import FilingwatchError

HELP = """`filingwatch ...`: arguments in, calls, words out. Everything that it does can be done from Python without it.

Exit codes: 0 well; 1 failed; 2 bad input; 3 a quality gate is closed; 4 dbt failed; 5 nothing is published yet;
75 another run is under way or a source is busy: try again later.
"""

app = typer.Typer(
    name="filingwatch",
    help=HELP.replace("\n\n", "\n\n\n"),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
console = Console(width=None if sys.stdout.isatty() else 130)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; errors of ours become one message and an exit code."""
    try:
        app(args=list(arguments) if arguments is not None else None)
    except FilingwatchError as error:
        print(f"filingwatch: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from error


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    if show:
        print(__version__)
        raise typer.Exit()


def announce(settings: Any) -> None:
    """Tell a running scheduler that something was given; without one, the next run finds it by itself."""
    from filingwatch.runner import announce as tell

    tell(settings)


def print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))
