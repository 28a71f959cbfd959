"""Commands about links: why documents are one invention, and what a person says against it."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from typing import Annotated

import typer

from filingwatch.cli.app import AsJson, announce, app, console, print_json
from filingwatch.settings import Settings, read_settings

links = typer.Typer(
    help="Why publications are one invention, and what people say about it. Example: filingwatch links show PUB",
    no_args_is_help=True,
)
app.add_typer(links, name="links")

Why = Annotated[str, typer.Option("--why", help="The reason, for those who come later.")]
By = Annotated[str, typer.Option(help="Who decides.")]


@links.command()
def show(
    publication: Annotated[str, typer.Argument(help="A publication, as CN104000001A.")], as_json: AsJson = False
) -> None:
    """Why a publication is where it is: every publication of its invention, each with its reasons.

    Example: filingwatch links show CN117876249A
    """
    from filingwatch import summary
    from filingwatch.links import read_links

    found = read_links(read_settings(), publication)
    if as_json:
        print_json(asdict(found))
        return
    if found.invention_id is None:
        print(f"{found.publication_id} was withdrawn by its office and belongs to no invention.")
    else:
        rows = [(reason.publication_id, reason.rule, reason.detail) for reason in found.reasons]
        summary.show_rows(console, f"Invention {found.invention_id}", ("publication", "rule", "detail"), rows)
    for decision in found.waiting:
        print(
            f"Waits for the next run: {decision.value} {decision.subject.replace('|', ' ')} by {decision.decided_by}, "
            f"{decision.reason or 'no reason given'}"
        )


@links.command()
def join(
    publications: Annotated[list[str], typer.Argument(help="Two publications or more.")], why: Why, by: By = ""
) -> None:
    """Say that publications are of one invention. Their later publications and family members come along.

    Example: filingwatch links join CN104000001A EP3000001A1 --why "same drawings"
    """
    from filingwatch import links as deciding

    settings = read_settings()
    made = deciding.join(settings, publications, by=by or getpass.getuser(), why=why)
    _say(settings, f"decision {made.decision_id}: {made.subject.replace('|', ' and ')} are one invention")


@links.command()
def split(
    publication: Annotated[str, typer.Argument(help="A publication of the application that stands alone.")],
    why: Why,
    by: By = "",
) -> None:
    """Say that an application is an invention by itself: no family, priority or likeness links it any more.

    Example: filingwatch links split US20210000001A1 --why "claims another device"
    """
    from filingwatch import links as deciding

    settings = read_settings()
    made = deciding.split(settings, publication, by=by or getpass.getuser(), why=why)
    _say(settings, f"decision {made.decision_id}: the application of {made.subject} is an invention by itself")


@links.command()
def reset(
    publications: Annotated[list[str], typer.Argument(help="A publication, or all publications of a join.")],
    why: Annotated[str | None, typer.Option("--why", help="The reason.")] = None,
    by: By = "",
) -> None:
    """Take decisions back: with one publication all that names it, with several the join of exactly these.

    Example: filingwatch links reset US20210000001A1
    """
    from filingwatch import links as deciding

    settings = read_settings()
    made = deciding.reset(settings, publications, by=by or getpass.getuser(), why=why)
    for one in made:
        print(f"decision {one.decision_id}: {one.previous_value} {one.subject.replace('|', ' ')} is taken back")
    _say(settings, f"{len(made)} decisions taken back")


def _say(settings: Settings, what: str) -> None:
    print(f"{what}. The next run takes it into account.")
    announce(settings)
