"""The inbox of human decisions: an SQLite file beside the warehouse, written at any time by several people.

It is append-only: a change of mind is a new row that names the previous value. Runs land it like any other source.
What a decision does to an analysis belongs to the job that reads it; who is reading what right now, which is no
decision, belongs to `claims`.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from filingwatch import ledger
from filingwatch.errors import BadInput
from filingwatch.landing import keep_payload
from filingwatch.settings import Settings
from filingwatch.warehouse import utc_now

KINDS: dict[str, tuple[str, ...] | None] = {
    "relevance_label": ("relevant", "irrelevant", "skip", "reset"),
    "relevance_ruling": ("relevant", "irrelevant", "reset"),
    "relevance_seed": ("relevant", "irrelevant", "reset"),
    "right_tag": ("confirmed", "refused", "reset"),
    "alert": ("acknowledged", "muted", "reset"),
    "topic_name": None,
    "topic_refit": ("accepted", "refused", "reset"),
    "batch_accepted": ("accepted",),
    "link": ("join", "split", "reset"),
    "applicant_pair": ("same", "different", "reset"),
    "new_way": ("accepted",),
}
"""What may be decided, with the allowed values (None: any text). `reset` takes back, `skip` leaves to others."""

PER_WATCH = frozenset({
    "relevance_label", "relevance_ruling", "relevance_seed", "right_tag", "topic_name", "topic_refit",
    "new_way",
})  # fmt: skip
"""Kinds that belong to one watch; the others speak of filings or sources, which all watches share."""

VOLUME = "volume:"
"""Before the name of a source: the subject under which its volume is accepted as the new usual."""

DRIFT = "drift"
"""The subject under which shares unlike those of the last publication are accepted for the next one."""

_COLUMNS = "decision_id, watch, kind, subject, value, decided_by, decided_at, reason, previous_value, context"

_REFUSE = "begin select raise(abort, 'decisions are append-only: add a new one'); end"
_SCHEMA = (
    "create table if not exists decision (decision_id integer primary key autoincrement, watch text, "
    "kind text not null, subject text not null, value text not null, decided_by text not null, "
    "decided_at text not null, reason text, previous_value text, context text)",
    f"create trigger if not exists decision_is_append_only_1 before update on decision {_REFUSE}",
    f"create trigger if not exists decision_is_append_only_2 before delete on decision {_REFUSE}",
    "create index if not exists decision_by_subject on decision (kind, subject, watch)",
    "create table if not exists claim (watch text not null, subject text not null, who text not null, "
    "until text not null, primary key (watch, subject, who))",
)


_WHAT_IS_ACCEPTED = (
    "What is accepted is a batch, `filingwatch decide batch_accepted landed accepted --why ...`, shares unlike those "
    "of the last publication, `filingwatch decide batch_accepted drift accepted --why ...`, or that a source brings "
    "less than it used to, `filingwatch decide batch_accepted volume:<source> accepted --why ...`; got {subject!r}."
)


_WHAT_IS_TAGGED = "A right_tag is about <invention>|<right>, such as 'CN104000001A|ICCPR 17'; got {subject!r}."


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided what about which subject, and why. `previous_value` is what stood before, None at first.

    `context` says how it came about: what the document was chosen as, by which model, where it was decided.
    """

    decision_id: int
    watch: str | None
    kind: str
    subject: str
    value: str
    decided_by: str
    decided_at: dt.datetime
    reason: str | None
    previous_value: str | None
    context: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody says, before it is a decision: the inbox adds number, time and what stood before."""

    kind: str
    subject: str
    value: str
    watch: str | None
    reason: str | None = None
    context: Mapping[str, Any] | None = None


def decide(
    settings: Settings,
    *,
    kind: str,
    subject: str,
    value: str,
    decided_by: str,
    watch: str | None,
    reason: str | None,
    context: Mapping[str, Any] | None = None,
) -> Decision:
    """Append one decision and return it.

    Raises:
        BadInput: an unknown kind, a value that the kind does not allow, or an empty subject or name.
    """
    [made] = decide_all(settings, [Word(kind, subject, value, watch, reason, context)], decided_by=decided_by)
    return made


def decide_all(settings: Settings, words: Sequence[Word], *, decided_by: str) -> list[Decision]:
    """Append what one person says of several subjects, all of it or nothing, and return it in order.

    Raises:
        BadInput: as `decide`, for any of them.
    """
    for word in words:
        _require_allowed(word, decided_by)
    if not words:
        return []
    with inbox(settings.decisions_file) as db, db:
        # Take the write lock before reading what stood before: two people may decide the same subject at once.
        db.execute("begin immediate")
        return [_append(db, word, decided_by) for word in words]


def _append(db: sqlite3.Connection, word: Word, decided_by: str) -> Decision:
    previous = db.execute(
        "select value from decision where kind = ? and subject = ? and watch is ? order by decision_id desc limit 1",
        [word.kind, word.subject, word.watch],
    ).fetchone()
    context = None if word.context is None else json.dumps(dict(word.context), ensure_ascii=False, sort_keys=True)
    row = db.execute(
        "insert into decision (watch, kind, subject, value, decided_by, decided_at, reason, previous_value, context) "
        f"values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning {_COLUMNS}",
        [
            word.watch, word.kind, word.subject, word.value, decided_by, utc_now().isoformat(), word.reason,
            previous and previous[0], context,
        ],
    ).fetchone()  # fmt: skip
    return _decision(row)


def _require_allowed(word: Word, decided_by: str) -> None:
    kind, subject, value = word.kind, word.subject, word.value
    if kind not in KINDS:
        raise BadInput(f"There is no decision of kind {kind!r}; use one of: {', '.join(KINDS)}.")
    allowed = KINDS[kind]
    if allowed is not None and value not in allowed:
        raise BadInput(f"A {kind} is one of {', '.join(allowed)}; got {value!r}.")
    if kind == "batch_accepted" and subject not in ("landed", DRIFT) and not subject.startswith(VOLUME):
        raise BadInput(_WHAT_IS_ACCEPTED.format(subject=subject))
    if kind == "right_tag" and len([part for part in subject.split("|") if part.strip()]) != 2:
        raise BadInput(_WHAT_IS_TAGGED.format(subject=subject))
    if not subject.strip() or not value.strip() or not decided_by.strip():
        raise BadInput("A decision needs a subject, a value and the name of who decided.")


def read_decisions(settings: Settings, *, after: int = 0, limit: int = 1000) -> list[Decision]:
    """Decisions with an id above `after`, oldest first, at most `limit`; empty when nobody has decided anything yet."""
    if not settings.decisions_file.exists():
        return []
    with inbox(settings.decisions_file) as db:
        rows = db.execute(
            f"select {_COLUMNS} from decision where decision_id > ? order by decision_id limit ?", [after, limit]
        ).fetchall()
    return [_decision(row) for row in rows]


def find_decisions(settings: Settings, kinds: Sequence[str], *, watch: str | None) -> list[Decision]:
    """Every decision of these kinds for one watch, oldest first, landed or not; empty when there is none."""
    if not settings.decisions_file.exists():
        return []
    marks = ", ".join("?" * len(kinds))
    with inbox(settings.decisions_file) as db:
        rows = db.execute(
            f"select {_COLUMNS} from decision where watch is ? and kind in ({marks}) order by decision_id",
            [watch, *kinds],
        ).fetchall()
    return [_decision(row) for row in rows]


def last_number(settings: Settings) -> int:
    """The number of the newest decision; 0 when nobody has decided anything yet."""
    if not settings.decisions_file.exists():
        return 0
    with inbox(settings.decisions_file) as db:
        return db.execute("select coalesce(max(decision_id), 0) from decision").fetchone()[0]


def land_decisions(con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run) -> int:
    """Land what the inbox holds beyond the cursor, page by page, each in one transaction; returns how many."""
    landed = 0
    while True:
        cursor = ledger.read_cursor(con, "decisions") or {"decision_id": 0}
        found = read_decisions(settings, after=cursor["decision_id"])
        if not found:
            return landed
        _land(con, settings, run, found)
        landed += len(found)


def _land(con: duckdb.DuckDBPyConnection, settings: Settings, run: ledger.Run, found: list[Decision]) -> None:
    first, last = found[0].decision_id, found[-1].decision_id
    plain = [_plain(decision) for decision in found]
    payload = "\n".join(json.dumps(row, ensure_ascii=False, default=str) for row in plain).encode()
    digest, page_id = keep_payload(settings.payloads, payload), f"{run.run_id}-decisions-{first}"
    with ledger.transaction(con):
        con.execute(
            "insert into raw.page values (?, ?, 'decisions', 'inbox', ?, ?, ?, ?, ?, 0, ?, 0, 0)",
            [
                page_id, run.run_id, json.dumps({"decisions": [first, last]}), digest, len(payload), utc_now(),
                len(found), len(found),
            ],
        )  # fmt: skip
        ledger.insert(
            con, "raw.decision", pl.DataFrame(plain, infer_schema_length=None).with_columns(page_id=pl.lit(page_id))
        )
        ledger.write_cursor(con, run, "decisions", {"decision_id": last})
        ledger.record_outcome(
            con, run, "decisions", "page", "ok", feed="inbox", payload_bytes=len(payload), record_count=len(found)
        )


@contextmanager
def inbox(path: Path) -> Iterator[sqlite3.Connection]:
    """The inbox file, made where there is none and brought to today's columns; closed at the end of the block."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as db:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = full")
        if not _has_context(db):
            _bring_up(db)
        yield db


def _has_context(db: sqlite3.Connection) -> bool:
    return any(row[1] == "context" for row in db.execute("pragma table_info(decision)"))


def _bring_up(db: sqlite3.Connection) -> None:
    """Make what is missing, with the write lock held: several processes may open an old file at once."""
    with db:
        db.execute("begin immediate")
        for statement in _SCHEMA:
            db.execute(statement)
        if not _has_context(db):
            db.execute("alter table decision add column context text")


def _plain(decision: Decision) -> dict[str, Any]:
    plain = {name: getattr(decision, name) for name in Decision.__slots__}
    context = decision.context
    return plain | {"context": None if context is None else json.dumps(context, ensure_ascii=False, sort_keys=True)}


def _decision(row: tuple) -> Decision:
    number, watch, kind, subject, value, who, when, reason, previous, context = row
    return Decision(
        number, watch, kind, subject, value, who, dt.datetime.fromisoformat(when), reason, previous,
        None if context is None else json.loads(context),
    )  # fmt: skip
