"""Commands about relevance, on any data."""

from __future__ import annotations

import typer

from filingwatch.cli.app import app

relevance = typer.Typer(
    help="What matters among the hits: how good the screening is. Example: filingwatch relevance report",
    no_args_is_help=True,
)
app.add_typer(relevance, name="relevance")
