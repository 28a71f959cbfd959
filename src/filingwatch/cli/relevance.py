"""Commands about what is relevant: here what a screen would cost, on anybody's labelled documents."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from filingwatch.cli.app import AsJson, app, console, print_json
from filingwatch.terminal import show_rows

relevance = typer.Typer(
    help="Which filings matter, and how many were missed. Example: filingwatch relevance simulate FILE.parquet",
    no_args_is_help=True,
)
app.add_typer(relevance, name="relevance")


@relevance.command()
def simulate(
    file: Annotated[Path, typer.Argument(help="A Parquet file with columns id, title, abstract, label (0 or 1).")],
    seed: Annotated[int, typer.Option(help="Where chance starts: which documents are read first, and audits.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Screen labelled documents as if the labels were asked for one batch at a time, and say what it cost.

    Optional columns: family (documents that share a decision), lang. Others are named and not used, date too: all
    documents are there from the start. The order of rows tells nothing: documents are drawn by their ids and the seed.
    WSS@95 is the work saved against reading in any order, when 95 % of the relevant documents are found; audits count
    as work. The stopping rule does not see the labels that it has not asked for.
    """
    started = time.perf_counter()
    from filingwatch.relevance import simulating
    from filingwatch.screen_file import read_labelled

    held = read_labelled(file)
    found = simulating.simulate(
        held.texts, held.labels, held.ids, families=held.families, languages=held.languages,
        settings=simulating.PlaySettings(seed=seed),
    )  # fmt: skip
    found["unused_columns"] = held.unused
    found["seconds"] = time.perf_counter() - started
    if as_json:
        print_json(found)
    else:
        _show(file, found)


def _show(file: Path, found: dict[str, Any]) -> None:
    stop = found["stopping"]
    rows = [
        ("documents, of them relevant", f"{found['documents']:,}, {found['relevant']:,}"),
        ("decisions for all of them", f"{found['decisions']:,}"),
        ("decisions until 95 % are found", _count(found["work_to_95_recall"])),
        ("work saved at 95 % (WSS@95)", found["wss_95"]),
        ("the rule says stop after", f"{stop['labels']:,} decisions ({stop['work_saved']:.0%} saved)"),
        ("recall there, in truth", stop["true_recall"]),
        ("calibration error there", found["calibration_error"]),
        ("seconds", found["seconds"]),
    ]
    show_rows(console, f"A simulated screen of {file.name}", ("figure", "value"), rows)
    curve = found["recall_by_labels"][:: max(1, len(found["recall_by_labels"]) // 10)]
    show_rows(
        console, "Recall by decisions", ("decisions", "recall"), [(f"{p['labels']:,}", p["recall"]) for p in curve]
    )
    console.print(stop["advice"]["words"])
    if found["unused_columns"]:
        console.print(f"Columns that are not used: {', '.join(found['unused_columns'])}.", markup=False)


def _count(value: int | None) -> str:
    return "never: families mix labels" if value is None else f"{value:,}"
