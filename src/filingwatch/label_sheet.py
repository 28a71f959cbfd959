"""Labels by spreadsheet: documents out as CSV, filled in, read back. All rows of a file count, or none.

Here belong the file, its spellings and what differs from what stands. Nothing in a cell may run: a text that a
spreadsheet would take for a formula gets an apostrophe, which is taken off again on the way back.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from filingwatch import labelling
from filingwatch.decisions import Decision, Word, decide_all, last_number
from filingwatch.errors import BadInput
from filingwatch.label_cells import Place, arm, disarm, name_cell, read_cells
from filingwatch.label_inbox import Inbox, read_inbox
from filingwatch.label_items import find_homes, read_items, read_queue
from filingwatch.relevance.resolving import LABEL, VALUES, find_inventions
from filingwatch.settings import Settings
from filingwatch.warehouse import reader
from filingwatch.watch import choose_watch

COLUMNS = (
    "watch", "invention_id", "title", "abstract", "url", "probability", "chosen_as", "why", "words", "current_label",
    "label", "note", "exported_after",
)  # fmt: skip
"""`exported_after` is the number of the last decision that the sheet knew; what comes later may be a conflict."""

SPELLINGS = {
    "relevant": ("relevant", "r", "yes", "y", "1", "1.0", "true", "相关", "有关", "是"),
    "irrelevant": ("irrelevant", "i", "no", "n", "0", "0.0", "false", "不相关", "无关", "否", "not relevant"),
    "skip": ("skip", "s", "?", "unsure", "跳过", "不确定"),
}
_VALUE_OF = {spelling: value for value, spellings in SPELLINGS.items() for spelling in spellings}
_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One filled row: what the sheet says of a document. `line` is where it ends in the file."""

    line: int
    watch: str
    invention_id: str
    value: str
    note: str | None
    chosen_as: str
    probability: float | None
    exported_after: int | None

    def is_before(self, decision_id: int) -> bool:
        """Whether the sheet was written before this decision, as far as the sheet says."""
        return self.exported_after is not None and decision_id > self.exported_after


@dataclass(frozen=True, slots=True)
class Imported:
    """What a sheet brought: counts of rows, one line for each conflict, and the decisions (none in a dry run)."""

    new: int
    same: int
    changed: int
    empty: int
    conflicts: tuple[str, ...]
    decisions: tuple[Decision, ...]


def export_sheet(
    settings: Settings, path: Path, watch: str, annotator: str, *, limit: int, with_labelled: bool = False
) -> int:
    """Write the next documents of this person's queue, with `with_labelled` also those labelled before; how many.

    Nothing is claimed: a sheet may lie about for weeks. Other people's labels are not in it.

    Raises:
        BadInput: the file cannot be written.
    """
    number = last_number(settings)
    with reader(settings) as con:
        queue = read_queue(con, watch)
        inbox = read_inbox(settings, watch, partial(find_homes, con))
        mine = inbox.of(annotator)
        ids = labelling.list_open(inbox, queue, annotator)[:limit]
        ids += sorted(set(mine) - set(ids)) if with_labelled else []
        items = read_items(con, watch, ids, queue)
    rows = [
        [
            watch, one, item.title, item.abstract, item.url, "" if item.probability is None else
            f"{item.probability:.4f}", item.chosen_as, item.why, "; ".join([*item.words_for, *(f"not {word}" for word in
            item.words_against)]), mine.get(one, ""), "", "", number,
        ]
        for one in ids if (item := items.get(one)) is not None
    ]  # fmt: skip
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([[disarm("" if cell is None else str(cell)) for cell in row] for row in rows])
    try:
        # the mark tells spreadsheets that it is UTF-8; without it Chinese turns into rubble
        path.write_bytes(text.getvalue().encode("utf-8-sig"))
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.") from error
    return len(rows)


def import_sheet(
    settings: Settings, path: Path, annotator: str, *, watch: str | None = None, is_dry: bool = False
) -> Imported:
    """Put the labels of a sheet into the inbox as this person's; what stands already is not said again.

    Raises:
        BadInput: rows that cannot be understood, each named with its line and cell; nothing is imported then.
    """
    rows, empty = read_sheet(settings, path, watch)
    words: list[Word] = []
    conflicts: list[str] = []
    counts = {"new": 0, "same": 0, "changed": 0}
    for name in sorted({row.watch for row in rows}):
        with reader(settings) as con:
            inbox = read_inbox(settings, name, partial(find_homes, con))
        latest = {inbox.home(one): one for one in inbox.decisions if one.kind == LABEL and one.decided_by == annotator}
        for row in (row for row in rows if row.watch == name):
            before = latest.get(row.invention_id)
            stands = None if before is None or before.value == "reset" else before
            if stands and stands.value == row.value and row.note in (None, stands.reason):
                counts["same"] += 1
            else:
                counts["changed" if stands else "new"] += 1
                context = {"chosen_as": row.chosen_as or "none", "probability": row.probability, "sheet": True}
                words.append(Word(LABEL, row.invention_id, row.value, name, row.note, context))
            conflicts += _explain(row, inbox, stands, annotator)
    # a sheet may come back in any order; when to stop is read off the order in which likely ones were read
    words.sort(key=lambda word: -(word.context["probability"] or 0.0))
    made = () if is_dry else tuple(decide_all(settings, words, decided_by=annotator))
    return Imported(**counts, empty=empty, conflicts=tuple(conflicts), decisions=made)


def _explain(row: Row, inbox: Inbox, stands: Decision | None, annotator: str) -> list[str]:
    """Where others say otherwise, and where this person said otherwise after the sheet was written."""
    lines = []
    if stands and stands.value != row.value and row.is_before(stands.decision_id):
        lines.append(
            f"line {row.line}: of {row.invention_id} you said {stands.value} after this sheet was written "
            f"({stands.decided_at:%Y-%m-%d %H:%M} UTC); now the sheet's {row.value} counts."
        )
    for one in inbox.said_of(row.invention_id):
        if one.who != annotator and row.value in VALUES and one.value in VALUES and one.value != row.value:
            since = " after this sheet was written" if row.is_before(one.decision_id) else ""
            lines.append(
                f"line {row.line}: of {row.invention_id} {one.who} said {one.value}{since} ({one.at:%Y-%m-%d}), the "
                f"sheet says {row.value}: both are kept, it is disputed until somebody rules."
            )
    return lines


def read_sheet(settings: Settings, path: Path, watch: str | None) -> tuple[list[Row], int]:
    """The filled rows of a sheet, with documents by invention, and how many rows were left empty.

    Raises:
        BadInput: it is no such sheet, or rows cannot be understood.
    """
    header, cells = read_cells(path)
    missing = [name for name in ("invention_id", "label") if name not in header]
    if missing:
        raise BadInput(f"{path} has no column {' and no '.join(missing)}; export a sheet and fill in its `label`.")
    with reader(settings) as con:
        wanted = sorted({row.get("invention_id", "").strip() for _, row in cells} - {""})
        homes = find_inventions(wanted, find_homes(con, wanted))
    rows: list[Row] = []
    problems: list[str] = []
    seen: dict[tuple[str, str], Row] = {}
    for place, row in cells:
        if not row["label"].strip():
            continue
        try:
            read = _read_row(settings, place, row, header, homes, watch)
        except BadInput as error:
            problems.append(f"line {place.line}, {error}")
            continue
        twin = seen.setdefault((read.watch, read.invention_id), read)
        if twin.value != read.value:
            problems.append(
                f"line {place.line}, cell {name_cell(header, 'label', place)}: {read.value} for {row['invention_id']}, "
                f"but line {twin.line} says {twin.value} of the same invention"
            )
        elif twin is read:
            rows.append(read)
    if problems:
        more = [f"and {len(problems) - _MOST_PROBLEMS} more"] if len(problems) > _MOST_PROBLEMS else []
        shown = "\n  ".join([*problems[:_MOST_PROBLEMS], *more])
        raise BadInput(f"Nothing of {path} is imported; mend these rows and import it again:\n  {shown}")
    return rows, sum(not row["label"].strip() for _, row in cells)


def _read_row(
    settings: Settings,
    place: Place,
    row: dict[str, str],
    header: Sequence[str],
    homes: dict[str, str],
    watch: str | None,
) -> Row:
    said = unicodedata.normalize("NFKC", arm(row["label"])).strip().casefold()
    if said not in _VALUE_OF:
        raise BadInput(
            f"cell {name_cell(header, 'label', place)}: {row['label']!r} is no label; write relevant, irrelevant or "
            "skip, or leave it empty"
        )
    subject = row["invention_id"].strip()
    if subject not in homes:
        raise BadInput(f"cell {name_cell(header, 'invention_id', place)}: no filing {subject!r} is published")
    try:
        name = choose_watch(settings, row.get("watch", "").strip() or watch)
    except BadInput as error:
        raise BadInput(f"cell {name_cell(header, 'watch', place)}: {error}") from error
    after = row.get("exported_after", "").strip().split(".")[0]
    note = arm(row.get("note", "")).strip() or None
    return Row(
        place.line, name, homes[subject], _VALUE_OF[said], note, row.get("chosen_as", "").strip(),
        _read_probability(row.get("probability", "")),
        int(after) if after.isdigit() else None,
    )  # fmt: skip


def _read_probability(cell: str) -> float | None:
    """What the sheet was written with; None where a spreadsheet or a person made something else of it."""
    try:
        found = float(cell.strip().replace(",", "."))
    except ValueError:
        return None
    return found if 0 <= found <= 1 else None
