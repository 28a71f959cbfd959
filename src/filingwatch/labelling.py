"""Labelling as a service: the next documents for a person, what the person says, undo, progress. No screen, no file.

The terminal, the sheet and the desk are built on it. Documents are read from the published file, what people said from
the inbox, so that a word shows at once, also while a night runs. Which labels count belongs to `relevance.resolving`,
the order of reading to the night that made the queue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from filingwatch import claims
from filingwatch.decisions import Decision, decide
from filingwatch.errors import BadInput
from filingwatch.label_inbox import Inbox, read_inbox
from filingwatch.label_items import Item
from filingwatch.label_shelf import Shelf, look
from filingwatch.relevance.resolving import LABEL, RULING, SKIP, find_inventions
from filingwatch.settings import Settings
from filingwatch.texts import draw
from filingwatch.warehouse import utc_now
from filingwatch.watch import Watch, choose_watch, read_watches

DOUBLE_SHARE = 0.1
"""Share of documents that a second person reads as well, so that it is known how far people agree."""

_LOT_DIGITS, _LOT_SEED = 8, 20231
_BETWEEN_SECONDS = 3
_SECOND = "A second person reads it as well, so that it is known how far people agree."
_HARD = "Somebody else could not say and skipped it: perhaps you can."
_AGAIN = "You skipped it before."


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a screen is. `by_person` counts labels that stand, `today` the words of today (UTC).

    `left` are documents of the queue without a label. `quality` is what the last night knew (ml.relevance_quality),
    `advice` its words on stopping, None before there are any.
    """

    watch: str
    relevant: int
    irrelevant: int
    skipped: int
    disputed: int
    by_person: Mapping[str, int]
    today: Mapping[str, int]
    left: int
    waiting: int
    advice: str | None
    quality: Sequence[Mapping[str, Any]] = field(default=(), repr=False)


def next_items(settings: Settings, watch: str, annotator: str, *, limit: int = 1) -> list[Item]:
    """The next documents for this person, claimed for some minutes; empty when the queue is read.

    Nobody gets what is decided, disputed or read by somebody else just now, but for the double-labelled share. What the
    person skipped comes back when nothing else is left, also when the night's queue does not hold it any more; others
    are asked about it in between.

    Raises:
        NothingPublished: there is nothing to read yet.
    """
    annotator = _name(annotator)
    with look(settings) as shelf:
        queue = shelf.queue(watch)
        inbox = read_inbox(settings, watch, shelf.homes)
        open_ones = list_open(inbox, queue, annotator)
        shared = {invention for invention in open_ones if is_double(invention)}
        items: dict[str, Item] = {}
        chosen: list[str] = []
        while True:
            chosen = claims.take(settings, watch, annotator, open_ones, limit=limit, shared=shared)
            items = shelf.items(watch, chosen)
            gone = {invention for invention in chosen if invention not in items}
            if not gone:
                break
            # withdrawn by its office since somebody spoke of it: nothing to read, and no reason to show less
            open_ones = [invention for invention in open_ones if invention not in gone]
    mine, spoken = inbox.of(annotator), set(inbox.labels.votes["invention_id"])
    return [_say_why(items[one], is_mine=mine.get(one) == SKIP, is_read=one in spoken) for one in chosen]


def read_item(
    settings: Settings, watch: str, invention_id: str, *, annotator: str | None = None, reveal: bool = False
) -> Item:
    """One document by its invention or any publication of it, in the queue or not.

    What people said of it is there for a person who has spoken, or with `reveal` (for whoever decides a dispute).

    Raises:
        BadInput: no such publication is known.
        NothingPublished: there is nothing to read yet.
    """
    with look(settings) as shelf:
        home = _require_home(shelf, invention_id)
        inbox = read_inbox(settings, watch, shelf.homes)
        item = shelf.items(watch, [home]).get(home)
    if item is None:
        raise BadInput(f"{invention_id!r} was withdrawn by its office; there is nothing to read.")
    said = inbox.said_of(home)
    if reveal or any(one.who == annotator for one in said):
        return replace(item, said=said)
    return item


def put_label(
    settings: Settings,
    watch: str,
    annotator: str,
    invention_id: str,
    value: str,
    *,
    note: str | None = None,
    context: Mapping[str, Any] | None = None,
) -> Decision:
    """Say relevant, irrelevant or skip of a document, or take the own word back with reset. A new word replaces the
    person's earlier one, and nobody else's.

    Raises:
        BadInput: a value that is none, or no name.
    """
    return decide(
        settings, kind=LABEL, subject=invention_id, value=value, decided_by=_name(annotator), watch=watch,
        reason=note or None, context=context,
    )  # fmt: skip


def undo(
    settings: Settings, watch: str, annotator: str, *, context: Mapping[str, Any] | None = None
) -> Decision | None:
    """Take the person's last word back by a new row that says what stood before; again goes one further back.

    None when nothing is left to take back.
    """
    with look(settings) as shelf:
        inbox = read_inbox(settings, watch, shelf.homes)
    mine = [one for one in inbox.decisions if one.kind == LABEL and one.decided_by == _name(annotator)]
    undone = {(one.context or {}).get("undoes") for one in mine}
    standing = [one for one in mine if "undoes" not in (one.context or {}) and one.decision_id not in undone]
    if not standing:
        return None
    last, home = standing[-1], inbox.home(standing[-1])
    before = [one for one in standing[:-1] if inbox.home(one) == home]
    value = before[-1].value if before else "reset"
    return put_label(
        settings, watch, annotator, last.subject, value, note=before[-1].reason if before else None,
        context={**(context or {}), "undoes": last.decision_id},
    )  # fmt: skip


def rule(
    settings: Settings, watch: str, adjudicator: str, invention_id: str, value: str, *, why: str,
    context: Mapping[str, Any] | None = None,
) -> tuple[Decision, str | None]:  # fmt: skip
    """Decide between people who differ (or take a ruling back with reset); returns it and what is to be warned of.

    Raises:
        BadInput: a value that is none, no name, or no such publication is known.
        NothingPublished: there is nothing to read yet.
    """
    with look(settings) as shelf:
        home = _require_home(shelf, invention_id)
        inbox = read_inbox(settings, watch, shelf.homes)
    voices = [row["annotator"] for row in inbox.labels.votes.filter(invention_id=home).iter_rows(named=True)]
    made = decide(
        settings, kind=RULING, subject=invention_id, value=value, decided_by=_name(adjudicator), watch=watch,
        reason=why, context=context,
    )  # fmt: skip
    warning = None
    if adjudicator in voices and value != "reset":
        warning = f"{adjudicator} is one of those who labelled {home}; a third person should decide between two."
    return made, warning


def list_disputes(settings: Settings, watch: str) -> list[Item]:
    """Documents of which people say different things and nobody has ruled, with what each said, by id."""
    with look(settings) as shelf:
        inbox = read_inbox(settings, watch, shelf.homes)
        ids = inbox.labels.rows.filter(state="disputed")["invention_id"].to_list()
        items = shelf.items(watch, ids)
    return [replace(items[one], said=inbox.said_of(one)) for one in ids if one in items]


def progress(settings: Settings, watch: str) -> Progress:
    """How far the screen is, now.

    Raises:
        NothingPublished: there is nothing to read yet.
    """
    with look(settings) as shelf:
        inbox = read_inbox(settings, watch, shelf.homes)
        queue, quality, landed = shelf.queue(watch), shelf.quality(watch), shelf.landed()
    rows, day = inbox.labels.rows, utc_now().date()
    states = dict(rows.group_by("state").len().iter_rows())
    votes = dict(inbox.labels.votes.group_by("annotator").len().sort("annotator").iter_rows())
    today: dict[str, int] = {}
    for one in inbox.decisions:
        if one.kind == LABEL and one.decided_at.date() == day and "undoes" not in (one.context or {}):
            today[one.decided_by] = today.get(one.decided_by, 0) + 1
    labels = list(inbox.labels.human.values())
    spoken = rows.filter(pl.col("state") != "skipped")["invention_id"].implode()
    return Progress(
        watch, sum(labels), len(labels) - sum(labels), states.get("skipped", 0), states.get("disputed", 0), votes,
        today, queue.filter(~pl.col("invention_id").is_in(spoken)).height,
        sum(one.decision_id > landed for one in inbox.decisions),
        next((row["note"] for row in quality if row["measure"] == "stop" and row["note"]), None), quality,
    )  # fmt: skip


def find_watch(settings: Settings, name: str) -> Watch:
    """The watch of this name: the question and the terms that a person judges by.

    Raises:
        BadInput: there is no such watch.
    """
    name = choose_watch(settings, name)
    return next(watch for watch in read_watches(settings) if watch.watch == name)


def is_double(invention_id: str) -> bool:
    """Whether a second person is to read this document as well: by lot of its id, always the same."""
    return int(draw(invention_id, _LOT_SEED)[:_LOT_DIGITS], 16) < DOUBLE_SHARE * 16**_LOT_DIGITS


def _require_home(shelf: Shelf, subject: str) -> str:
    home = find_inventions([subject], shelf.homes([subject])).get(subject)
    if home is None:
        raise BadInput(f"No publication or invention {subject!r} is published; check its number.")
    return home


def list_open(inbox: Inbox, queue: pl.DataFrame, annotator: str) -> list[str]:
    """What is open to this person, in order of reading; what the person skipped comes last."""
    mine = inbox.of(annotator)
    states = {row["invention_id"]: row for row in inbox.labels.rows.iter_rows(named=True)}
    decided_groups: set[str] = set()
    fresh: list[str] = []
    again: list[str] = []
    pairs = queue.select("invention_id", "group_id").rows()
    for invention, group in pairs:
        if states.get(invention, {}).get("annotators"):
            decided_groups.add(group)
    for invention, group in pairs:
        state = states.get(invention)
        if state and state["state"] in ("disputed", "ruled"):
            continue
        voices = state["annotators"] if state else 0
        if mine.get(invention) == SKIP:
            again += [invention] if not voices else []
        elif invention in mine:
            continue
        elif (voices == 1 and is_double(invention)) or (not voices and group not in decided_groups):
            fresh.append(invention)
    # nights make new queues: what was said of documents that left them is not forgotten
    queued = {invention for invention, _ in pairs}
    left = {invention: state["state"] for invention, state in states.items() if invention not in queued}
    second = [
        invention
        for invention, state in left.items()
        if invention not in mine and (state == "skipped" or (state == "single" and is_double(invention)))
    ]
    again += [invention for invention, state in left.items() if state == "skipped" and mine.get(invention) == SKIP]
    return [*_weave(fresh, second), *again]


def _say_why(item: Item, *, is_mine: bool, is_read: bool) -> Item:
    """The document with the reason for which it comes to this person now; the queue's own where that is all.

    `is_mine`: the person skipped it; `is_read`: somebody has given it a label.
    """
    if is_mine:
        return replace(item, why=_AGAIN)
    return item if item.place is not None else replace(item, why=_SECOND if is_read else _HARD)


def _weave(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """One of the second after every few of the first; what is left of either comes at the end."""
    woven: list[str] = []
    rest = iter(second)
    for place, one in enumerate(first, start=1):
        woven.append(one)
        if place % (_BETWEEN_SECONDS + 1) == 0:
            woven += [other for other in (next(rest, None),) if other is not None]
    return [*woven, *rest]


def _name(annotator: str) -> str:
    if not annotator.strip():
        raise BadInput("Say who labels: a name, with --as NAME.")
    return annotator.strip()
