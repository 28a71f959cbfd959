"""`filingwatch label` and `filingwatch labels ...`: people say which filings belong to a watch."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from filingwatch.cli.app import AsJson, announce, app, console, print_json
from filingwatch.errors import BadInput
from filingwatch.settings import Settings, read_settings

labels = typer.Typer(
    help="Labels beside the terminal: sheets for a spreadsheet, seeds to begin with, disputes, undo.\n\n"
    "Example: filingwatch labels export sheet.csv --watch smart_cities --as ann",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(labels, name="labels")

OfWatch = Annotated[str | None, typer.Option("--watch", help="The watch; needed with several.")]
As = Annotated[str, typer.Option("--as", help="Who labels; without it the name of the account.")]


@app.command()
def label(
    watch: OfWatch = None,
    who: As = "",
    limit: Annotated[int | None, typer.Option(min=1, help="End after so many answers.")] = None,
) -> None:
    """Label filings in the terminal, the next of the queue first; one key each, lines through a pipe.

    r relevant, i irrelevant, s skip, n note, u undo, b back, o address, ? criteria, q quit. Ctrl-C loses nothing.
    Example: filingwatch label --watch smart_cities --as ann
    """
    from filingwatch import labelling
    from filingwatch.label_terminal import Keys, Sitting, show_progress

    settings, name = _open(watch)
    chosen = labelling.find_watch(settings, name)
    sitting = Sitting(settings, chosen, _who(who), console, Keys(), limit)
    sitting.run()
    show_progress(console, labelling.progress(settings, name))
    if sitting.said:
        announce(settings)


@labels.command()
def export(
    file: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    watch: OfWatch = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many documents of the queue.")] = 200,
    who: As = "",
    with_labelled: Annotated[bool, typer.Option("--with-labelled", help="Also what you labelled before.")] = False,
) -> None:
    """Write the next documents as a sheet for a spreadsheet; fill in `label` (and `note`) and import it.

    Example: filingwatch labels export sheet.csv --watch smart_cities --as ann --limit 100
    """
    from filingwatch.label_sheet import export_sheet

    settings, name = _open(watch)
    count = export_sheet(settings, file, name, _who(who), limit=limit, with_labelled=with_labelled)
    print(f"{count} documents of {name} are in {file}. Fill in label: relevant, irrelevant, skip, or leave it empty.")
    print(f"Then: filingwatch labels import {file} --as {_who(who)}")


@labels.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A sheet that was exported and filled in.")],
    who: As = "",
    watch: Annotated[str | None, typer.Option(help="For sheets without a column watch.")] = None,
    is_dry: Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put the labels of a sheet into the inbox; importing it again adds nothing.

    Example: filingwatch labels import sheet.csv --as ann --dry-run
    """
    from filingwatch.label_sheet import import_sheet

    settings = read_settings()
    done = import_sheet(settings, file, _who(who), watch=watch, is_dry=is_dry)
    if as_json:
        print_json({**{name: getattr(done, name) for name in ("new", "same", "changed", "empty", "conflicts")},
                    "decisions": [one.decision_id for one in done.decisions]})  # fmt: skip
    else:
        would = " would be" if is_dry else ""
        print(f"{file}:{would} {done.new} new, {done.changed} changed, {done.same} as before, {done.empty} left empty.")
        for line in done.conflicts:
            print(line)
        if done.decisions:
            print("The next run takes them into account.")
    if done.decisions:
        announce(settings)


@labels.command()
def start(
    seeds: Annotated[Path | None, typer.Option(help="Publication numbers: one a line, or a CSV with a column.")] = None,
    from_watch: Annotated[str | None, typer.Option(help="Another watch: its labels and strong answers.")] = None,
    watch: OfWatch = None,
    who: As = "",
    value: Annotated[str, typer.Option(help="What the list holds: relevant or irrelevant filings.")] = "relevant",
    as_json: AsJson = False,
) -> None:
    """Begin a watch with seeds: weak labels that teach until people have said something.

    Example: filingwatch labels start --seeds known.txt --watch smart_cities
    """
    from filingwatch import label_seeds
    from filingwatch.watch import choose_watch

    settings, name = _open(watch)
    if (seeds is None) == (from_watch is None):
        raise BadInput("Give one of --seeds FILE and --from-watch WATCH.")
    if seeds is not None:
        done = label_seeds.seed_from_list(settings, seeds, name, _who(who), value=value)
    else:
        done = label_seeds.seed_from_watch(settings, choose_watch(settings, from_watch), name, _who(who))
    if as_json:
        plain = {key: part for key, part in asdict(done).items() if key != "decisions"}
        print_json({**plain, "decisions": [one.decision_id for one in done.decisions]})
    else:
        print(f"{name}: {done.new} new seeds, {done.known} were seeds before.")
        _list("Not published here yet; they count as soon as they land", done.waiting)
        _list("Left out, since nothing of this number is known and its kind code (A, B2, U) is missing",
              done.without_kind)  # fmt: skip
        if done.new:
            print(f"The next run learns from them. Then: filingwatch label --watch {name}")
    if done.new:
        announce(settings)


@labels.command()
def undo(watch: OfWatch = None, who: As = "") -> None:
    """Take your last label back; what stood before stands again. Once more goes one further back.

    Example: filingwatch labels undo --watch smart_cities --as ann
    """
    from filingwatch import labelling

    settings, name = _open(watch)
    made = labelling.undo(settings, name, _who(who))
    if made is None:
        print(f"Nothing that {_who(who)} said of {name} is left to take back.")
        return
    stands = "nothing" if made.value == "reset" else made.value
    print(f"decision {made.decision_id}: taken back; of {made.subject} now stands {stands}.")
    announce(settings)


@labels.command()
def disputes(
    subject: Annotated[str | None, typer.Argument(help="The invention, or a publication of it, to rule on.")] = None,
    rule: Annotated[str | None, typer.Option(help="relevant or irrelevant; reset takes a ruling back.")] = None,
    why: Annotated[str | None, typer.Option(help="The reason, for those who differed.")] = None,
    watch: OfWatch = None,
    who: As = "",
    as_json: AsJson = False,
) -> None:
    """Documents of which people say different things; with --rule decide one. A third person should.

    Example: filingwatch labels disputes CN117876249A --rule relevant --why "it counts people in a square" --as cy
    """
    settings, name = _open(watch)
    if rule is not None:
        _rule(settings, name, subject, rule, why, _who(who))
        return
    from filingwatch import labelling
    from filingwatch.label_terminal import show_item

    found = labelling.list_disputes(settings, name)
    found = [item for item in found if subject in (None, item.invention_id)]
    if as_json:
        print_json([asdict(item) for item in found])
        return
    for item in found:
        console.rule(align="left")
        show_item(console, item)
    if found:
        example = found[0].invention_id
        print(f"Decide with: filingwatch labels disputes {example} --rule relevant --why ... --watch {name}")
    else:
        print(f"Nothing of {name} is disputed.")


def _rule(settings: Settings, watch: str, subject: str | None, value: str, why: str | None, who: str) -> None:
    from filingwatch import labelling

    if subject is None or not (why or "").strip():
        raise BadInput("A ruling names the document and says --why: those who differed will read it.")
    made, warning = labelling.rule(settings, watch, who, subject, value, why=why or "")
    print(f"decision {made.decision_id}: {who} rules that {subject} is {value}. The next run takes it into account.")
    if warning:
        print(f"Warning: {warning}")
    announce(settings)


def _open(watch: str | None) -> tuple[Settings, str]:
    from filingwatch.watch import choose_watch

    settings = read_settings()
    return settings, choose_watch(settings, watch)


def _who(name: str) -> str:
    return name.strip() or getpass.getuser()


def _list(title: str, names: tuple[str, ...]) -> None:
    if names:
        more = f" and {len(names) - 20} more" if len(names) > 20 else ""
        print(f"{title}: {', '.join(names[:20])}{more}.")
