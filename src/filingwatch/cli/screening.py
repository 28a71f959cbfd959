"""Commands about screening as it is published: how good it is, what its query brings, what to label next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from filingwatch.cli.app import AsJson, console, print_json
from filingwatch.cli.relevance import relevance
from filingwatch.settings import read_settings
from filingwatch.terminal import show_rows

Watch = Annotated[str | None, typer.Option(help="One watch; all of them when not given.")]

# what a person asks first; the others are in the JSON
_SHOWN = (
    "recall", "recall_low", "precision", "elusion", "missed", "expected_missed", "upper_missed", "unread",
    "more_labels", "labels_relevant", "labels_irrelevant", "seeds", "disputed", "skipped", "hard", "hard_recall",
    "hard_precision", "audit_labels", "audit_undecided", "audit_missing", "calibration_error", "drift", "agreement",
    "kappa",
)  # fmt: skip
_SHARES = ("recall", "recall_low", "precision", "elusion", "agreement", "hard_recall", "hard_precision")

_STYLES = {"calibration_error": "{:.3f}", "drift": "{:.2f}", "kappa": "{:.2f}"}


@relevance.command()
def report(watch: Watch = None, as_json: AsJson = False) -> None:
    """How good the screening of each watch is, whether to stop labelling, and what the last model changed.

    Example: filingwatch relevance report --watch smart_cities
    """
    from filingwatch.screened import read_report

    found = read_report(read_settings(), watch)
    if as_json:
        print_json(found)
        return
    for one in found:
        _show_report(one)


@relevance.command()
def terms(
    watch: Watch = None,
    suggest: Annotated[bool, typer.Option("--suggest", help="Words that the labels suggest for the query.")] = False,
    as_json: AsJson = False,
) -> None:
    """What each term and class of the query brings; those that bring only rejects stand first.

    Example: filingwatch relevance terms --suggest
    """
    from filingwatch.screened import read_suggestions, read_terms

    rows = (read_suggestions if suggest else read_terms)(read_settings(), watch)
    if as_json:
        print_json(rows)
    elif suggest:
        _show_suggestions(rows)
    else:
        _show_terms(rows)


@relevance.command()
def queue(
    watch: Watch = None,
    limit: Annotated[int, typer.Option(min=1, help="So many of each watch.")] = 20,
    as_json: AsJson = False,
) -> None:
    """What to label next, and why each was chosen.

    Example: filingwatch relevance queue --limit 5
    """
    from filingwatch.screened import read_queue

    rows = read_queue(read_settings(), watch, limit=limit)
    if as_json:
        print_json(rows)
        return
    names = ("place", "watch", "invention", "chosen as", "probability", "why", "title")
    fields = ("place", "watch", "invention_id", "chosen_as", "probability", "why", "title")
    show_rows(console, "What to label next", names, [[row[name] for name in fields] for row in rows])


def _show_report(one: Mapping[str, Any]) -> None:
    stamp = " - SYNTHETIC" if one["is_synthetic"] else ""
    rows = [
        (held["measure"] if held["scope"] == "all" else f"{held['measure']}, {held['scope']}", _say(held),
         held["sample_count"], held["note"])
        for name in _SHOWN for held in one["measures"] if held["measure"] == name
    ]  # fmt: skip
    show_rows(console, f"Screening of {one['watch']}{stamp}", ("measure", "value [95 %]", "of", "what it is"), rows)
    advice = next((held for held in one["measures"] if held["measure"] == "stop"), None)
    if advice is not None:
        print(f"{'Time to stop' if advice['value'] else 'Go on labelling'}: {advice['note'].removeprefix('Go on: ')}")
    last, in_force = one["last_learned"], one["in_force_since"]
    if last is not None:
        print(f"Last learned {last['on_date']}: {last['decision']}, {last['because']}")
    if in_force is None or in_force["incumbent_id"] is None:
        return
    print(
        f"In force {in_force['candidate_id']}: {in_force['became_relevant']} became relevant, "
        f"{in_force['became_irrelevant']} stopped being so."
    )
    if one["effect"]:
        cells = [list(row.values()) for row in one["effect"][:15]]
        names = ("office", "type", "filing year", "before", "after", "change")
        show_rows(console, "What that did to the counts (largest changes)", names, cells)


def _say(held: Mapping[str, Any]) -> str:
    value, low, high = held["value"], held["low"], held["high"]
    if value is None and low is None:
        return "unknown"
    style = "{:.1%}" if held["measure"] in _SHARES else _STYLES.get(held["measure"], "{:,.0f}")
    said = "unknown" if value is None else style.format(value)
    return said if low is None else f"{said} [{style.format(low)} .. {style.format(high)}]"


def _show_terms(rows: Sequence[Mapping[str, Any]]) -> None:
    table = [
        (row["watch"], row["role"], row["term"], row["hit_count"], row["only_count"], row["relevant_labels"],
         row["irrelevant_labels"], _interval(row), round(row["expected_relevant"]), _share(row["collision_rate"]),
         row["verdict"])
        for row in rows
    ]  # fmt: skip
    names = (
        "watch", "role", "term", "hits", "alone", "relevant", "irrelevant", "share [95 %]", "expected", "rejected",
        "verdict",
    )  # fmt: skip
    show_rows(console, "What each term brings", names, table)
    rejects = [row["term"] for row in rows if row["verdict"] == "brings only rejects"]
    if rejects:
        print(
            f"Only rejects so far: {', '.join(rejects)}. Drop them from the watch, or say beside which words they err."
        )


def _show_suggestions(rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        print("Nothing is suggested: too few labels, or no word stands out.")
        return
    table = [
        (row["watch"], row["kind"], row["term"], row["beside"], row["document_count"], row["relevant_labels"],
         row["irrelevant_labels"], row["score"], ", ".join(row["example_ids"]))
        for row in rows
    ]  # fmt: skip
    names = ("watch", "kind", "term", "beside", "filings", "relevant", "irrelevant", "z-score", "such as")
    show_rows(console, "Words that the labels suggest", names, table)


def _interval(row: Mapping[str, Any]) -> str | None:
    if row["relevant_share"] is None:
        return None
    low, high = row["relevant_share_low"], row["relevant_share_high"]
    return f"{row['relevant_share']:.0%} [{low:.0%} .. {high:.0%}]"


def _share(value: float | None) -> str | None:
    return None if value is None else f"{value:.0%}"
