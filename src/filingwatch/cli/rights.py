"""`filingwatch rights ...`: which rights the filings touch, by which passage, and how often such passages are right."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from filingwatch.cli.app import AsJson, app, console, print_json
from filingwatch.errors import BadInput
from filingwatch.settings import read_settings
from filingwatch.terminal import clean

rights = typer.Typer(
    help="Rights at stake in the filings, with evidence. Example: filingwatch rights summary --watch smart_cities",
    no_args_is_help=True,
)
app.add_typer(rights, name="rights")
_Watch = Annotated[str | None, typer.Option(help="The watch; the only one there is when not given.")]


@rights.command()
def show(
    invention: Annotated[str | None, typer.Argument(help="An invention or one of its publications.")] = None,
    right: Annotated[str | None, typer.Option(help="A right, such as 'ICCPR 17'.")] = None,
    watch: _Watch = None,
    most: Annotated[int, typer.Option(min=1, help="At most so many tags.")] = 50,
    as_json: AsJson = False,
) -> None:
    """The tags of a filing, or of a right: the passage as it is stored, the rule, and what people said of it.

    Example: filingwatch rights show --right "ICCPR 21" --watch smart_cities
    """
    from filingwatch.right_findings import CAVEAT, read_evidence
    from filingwatch.watch import choose_watch

    if invention is None and right is None:
        raise BadInput("Name a filing, or a right with --right 'ICCPR 17'; `filingwatch rights summary` lists them.")
    settings = read_settings()
    rows = read_evidence(settings, choose_watch(settings, watch), invention=invention, right=right, most=most)
    if as_json:
        print_json({"caveat": CAVEAT, "tags": rows})
        return
    for row in rows:
        _print_tag(row)
    if len(rows) == most:
        print(f"At most {most} tags are shown; there may be more: --most.")
    print(CAVEAT)


@rights.command()
def summary(watch: _Watch = None, as_json: AsJson = False) -> None:
    """Filings by right and ground, with the precision of quoted passages as it was measured by hand.

    Example: filingwatch rights summary --watch smart_cities
    """
    from filingwatch.right_findings import CAVEAT, read_summary
    from filingwatch.terminal import show_rows
    from filingwatch.watch import choose_watch

    settings = read_settings()
    rows = read_summary(settings, choose_watch(settings, watch))
    if as_json:
        print_json({"caveat": CAVEAT, "rights": rows})
        return
    names = ("right", "UDHR", "filings", "stated", "by class", "analyst", "refused", "right of quoted (95 %)", "")
    shown = [
        (("protects " if row["is_protective"] else "") + row["right_code"], row["udhr_article"], row["filing_count"],
         row["stated_count"], row["implied_count"], row["judged_count"], row["refused_count"],
         _say_precision(row["measured"]), "SYNTHETIC" if row["is_synthetic"] else "")
        for row in rows
    ]  # fmt: skip
    show_rows(console, "Rights at stake in relevant filings", names, shown)
    print(
        "A filing counts for each of its rights: rows must not be added up. Precision was measured on real passages in"
    )
    print("English, of which a few per rule were read; what rests on a class alone was not measured.")
    print(CAVEAT)


def _say_precision(measured: dict[str, Any] | None) -> str:
    if measured is None:
        return "not measured"
    return (
        f"{measured['good']} of {measured['passages']}: {measured['precision']:.0%} "
        f"({measured['low']:.0%} to {measured['high']:.0%})"
    )


def _print_tag(row: dict[str, Any]) -> None:
    stamp = "SYNTHETIC " if row["is_synthetic"] else ""
    side = "protects " if row["is_protective"] else ""
    beside = f" / {row['udhr_article']}" if row["udhr_article"] else ""
    said = f", {row['said_by']} by people" if row["said_by"] else ""
    print(f"{stamp}{row['invention_id']}  {side}{row['right_code']}{beside}  {row['state']}{said}")
    if row["publication_id"]:
        print(f"  {row['publication_id']}, {row['field']}, {row['language']}, from character {row['start']}:")
    if row["quote"]:
        print(clean(f"  “{row['quote']}”" if row["publication_id"] else f"  class {row['quote']}"))
    print(clean(f"  {row['rule_id']} version {row['rule_version']}: {row['reason']}") + "\n")
