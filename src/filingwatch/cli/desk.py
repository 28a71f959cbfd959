"""`filingwatch desk`: the local web page where people decide."""

from __future__ import annotations

from typing import Annotated

import typer

from filingwatch.cli.app import announce, app
from filingwatch.settings import read_settings


@app.command()
def desk(
    port: Annotated[int, typer.Option(help="The port to listen at; 0 takes a free one.", min=0, max=65535)] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address, open nothing.")] = False,
    name: Annotated[str, typer.Option("--as", help="Who you are; asked for on the first page without it.")] = "",
    host: Annotated[str, typer.Option(help="Only 127.0.0.1; for other machines use an ssh tunnel.")] = "127.0.0.1",
) -> None:
    """Open the page where people decide: labels, disputes, links, applicants, topic names, rights tags, alerts.

    Several people can work at once, also while a night runs; Ctrl-C ends it.
    Example: filingwatch desk --as ann
    """
    from filingwatch.desk.serving import serve

    settings = read_settings()
    serve(settings, host=host, port=port, name=name, opens_browser=not no_browser)
    announce(settings)
