"""Commands about topics."""

from __future__ import annotations

import typer

from filingwatch.cli.app import app

topics = typer.Typer(
    help="What the filings are about. Example: filingwatch topics fit FILE.parquet --k 20",
    no_args_is_help=True,
)
app.add_typer(topics, name="topics")
