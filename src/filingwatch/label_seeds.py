"""A screen that begins: seeds from a list of publications or from another watch, as weak labels that say what they are.

A seed teaches until a person has said something of the same invention. Which seeds count belongs to
`relevance.resolving`; terms and classes of the watch are weak labels by themselves and need no seed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from filingwatch.decisions import Decision, Word, decide_all, find_decisions
from filingwatch.errors import BadInput
from filingwatch.label_inbox import read_inbox
from filingwatch.label_items import find_homes
from filingwatch.normalform import NormalFormError
from filingwatch.normalform.publications import parse_publication
from filingwatch.relevance.resolving import SEED
from filingwatch.settings import Settings
from filingwatch.warehouse import reader

COLUMNS = ("publication_id", "publication_number", "publication", "number", "patent", "id")
"""Columns in which a CSV may hold its numbers, the first that is there; without any of them its first column."""

STRONG = 0.95
"""From which probability on, or down to 1 minus it, an answer of another watch is strong enough for a seed."""

_STRONG_ANSWERS = """
    select invention_id, is_relevant, probability
    from ml.relevance
    where watch = ? and decided_by <> 'person' and (probability >= ? or probability <= 1 - ?)
    qualify row_number() over (partition by is_relevant order by abs(probability - 0.5) desc, hash(invention_id)) <= ?
    order by invention_id
"""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What became of a list. `waiting` are numbers that are not published here yet: they count when they land.

    `without_kind` name no document, since their kind code is missing and nothing of that number is known; they are
    left out. `known` were seeds before.
    """

    new: int
    known: int
    waiting: tuple[str, ...]
    without_kind: tuple[str, ...]
    decisions: tuple[Decision, ...]


def seed_from_list(
    settings: Settings, path: Path, watch: str, annotator: str, *, value: str = "relevant"
) -> Seeded:  # fmt: skip
    """Make every publication of a file a weak label of this watch, relevant ones unless said otherwise.

    Raises:
        BadInput: the file cannot be read, or lines hold no publication number; nothing is written then.
        NothingPublished: there is no published file to look the numbers up in.
    """
    with reader(settings) as con:
        found, waiting, without_kind = _look_up(con, read_numbers(path))
    context = {"seed": "list", "file": path.name}
    words = [Word(SEED, one, value, watch, f"in the list {path.name}", context) for one in [*found, *waiting]]
    return _write(settings, watch, annotator, words, waiting, without_kind)


def seed_from_watch(settings: Settings, old: str, watch: str, annotator: str, *, most: int = 200) -> Seeded:
    """Make the labels of another watch, and at most `most` strong answers of either kind, weak labels of this one.

    Raises:
        BadInput: both are one watch, or the old one has neither labels nor answers.
        NothingPublished: there is no published file.
    """
    if old == watch:
        raise BadInput(f"{watch} cannot begin with its own labels; name another watch.")
    with reader(settings) as con:
        labels = read_inbox(settings, old, partial(find_homes, con)).labels.human
        answers = con.execute(_STRONG_ANSWERS, [old, STRONG, STRONG, most]).fetchall()
    said: dict[str, tuple[bool, dict[str, Any]]] = {
        invention: (is_relevant, {"was": "answer", "probability": round(probability, 4)})
        for invention, is_relevant, probability in answers
    }
    said |= {invention: (label, {"was": "label"}) for invention, label in labels.items()}
    if not said:
        raise BadInput(
            f"The watch {old} has neither labels nor answers that are sure; run a night first, or use a list."
        )
    words = [
        Word(
            SEED, invention, "relevant" if label else "irrelevant", watch, f"{how['was']} of the watch {old}",
            {"seed": "watch", "from_watch": old, **how},
        )
        for invention, (label, how) in sorted(said.items())
    ]  # fmt: skip
    return _write(settings, watch, annotator, words, (), ())


def _write(
    settings: Settings, watch: str, annotator: str, words: Sequence[Word], waiting: Sequence[str], bad: Sequence[str]
) -> Seeded:
    stands = {one.subject: one.value for one in find_decisions(settings, [SEED], watch=watch)
              if one.decided_by == annotator}  # fmt: skip
    new = [word for word in words if stands.get(word.subject) != word.value]
    made = decide_all(settings, new, decided_by=annotator)
    return Seeded(len(new), len(words) - len(new), tuple(waiting), tuple(bad), tuple(made))


def _look_up(con: duckdb.DuckDBPyConnection, numbers: Mapping[str, None]) -> tuple[list[str], list[str], list[str]]:
    """Publications that are there, those that are not, and numbers without kind of which nothing is there."""
    rows = con.execute(
        "with wanted as (select unnest(?::varchar[]) as asked) "
        "select asked, min(publication_id) from core.dim_publication "
        r"inner join wanted on publication_id = asked or regexp_replace(publication_id, '[A-Z]\d?$', '') = asked "
        "group by asked",
        [list(numbers)],
    ).fetchall()
    known = dict(rows)
    unknown = [number for number in numbers if number not in known]
    has_kind = re.compile(r"\d[A-Z]\d?$")
    return (
        list(dict.fromkeys(known[number] for number in numbers if number in known)),
        [number for number in unknown if has_kind.search(number)],
        [number for number in unknown if not has_kind.search(number)],
    )


def read_numbers(path: Path) -> dict[str, None]:
    """The publication numbers of a file in normal form, in its order, each once: one a line, or a column of a CSV.

    Raises:
        BadInput: it cannot be read, or holds anything else; the lines are named.
    """
    from filingwatch.sources.exports.delimited import detect_encoding

    try:
        data = path.read_bytes()
        lines = data.decode(detect_encoding(data)).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} cannot be read as text: {error}.") from error
    separator = max(",;\t", key=(lines or [""])[0].count)
    rows = [(line, row) for line, row in enumerate(csv.reader(lines, delimiter=separator), 1) if any(row)]
    header = [cell.strip().casefold().replace(" ", "_") for cell in rows[0][1]] if rows else []
    column = next((header.index(name) for name in COLUMNS if name in header), None)
    numbers: dict[str, None] = {}
    problems: list[str] = []
    for line, row in rows if column is None else rows[1:]:
        cell = row[column or 0].strip() if len(row) > (column or 0) else ""
        if not cell or cell.startswith("#"):
            continue
        try:
            numbers[str(parse_publication(cell, needs_kind=False))] = None
        except NormalFormError as error:
            problems.append(f"line {line}: {error}")
    if problems:
        shown = "\n  ".join(problems[:20])
        raise BadInput(f"Nothing of {path} is taken; {len(problems)} lines hold no publication number:\n  {shown}")
    if not numbers:
        raise BadInput(f"{path} holds no publication number.")
    return numbers
