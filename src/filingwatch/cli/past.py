"""Commands that ask about the past: as-of."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from filingwatch.cli.app import AsJson, app, print_json
from filingwatch.errors import BadInput
from filingwatch.settings import read_settings


@app.command("as-of")
def as_of(
    day: Annotated[str, typer.Argument(help="The day, at whose end the knowledge stands, as 2024-06-01.")],
    out: Annotated[Path, typer.Option("--out", help="The DuckDB file to write.")],
    mode: Annotated[
        str, typer.Option(help="ours: what this home had seen. world: what had been published anywhere.")
    ] = "ours",
    watch: Annotated[list[str] | None, typer.Option(help="Only this watch; may be given several times.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Build the published tables as of a past day, into a file of its own. Nothing else is changed.

    Example: filingwatch as-of 2024-06-01 --mode world --out june.duckdb
    """
    from filingwatch.as_of import make_file

    try:
        asked = dt.date.fromisoformat(day)
    except ValueError as error:
        raise BadInput(f"{day!r} is no day; write it as 2024-06-01.") from error
    made = make_file(read_settings(), asked, mode, out, watches=tuple(watch or ()), force=force)
    if as_json:
        print_json(asdict(made))
        return
    print(f"Wrote {made.path} ({made.bytes:,} bytes): the tables as of {made.day}, mode {made.mode}.")
    for name, count in made.counts.items():
        print(f"  {name:<13}{count:>10,}")
    for caveat in made.caveats:
        print(f"  Note: {caveat}")
    print("  What is of then and what is of now: select * from ops.as_of")
