"""What stands beside a case: progress, advice, and the criteria of the watch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from filingwatch.decisions import Decision
from filingwatch.watch import Watch


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its name; `note` says what it rests on."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A term of the watch with its reason; `unless` are words beside which it means something else, `found`
    what the last night found of it, empty where there is nothing to say."""

    term: str
    language: str
    reason: str
    unless: tuple[str, ...] = ()
    found: str = ""


@dataclass(frozen=True, slots=True)
class Criteria:
    """The question of a watch, and the terms that bring filings in or keep them out."""

    question: str
    include: tuple[Criterion, ...]
    exclude: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """Beside a case. `advice` is what the stopping rule says, empty where there is none."""

    figures: tuple[Figure, ...]
    advice: str = ""
    advice_figures: tuple[Figure, ...] = ()
    people: tuple[Figure, ...] = ()


def read_criteria(watch: Watch, found: Mapping[str, str]) -> Criteria:
    """The criteria as the watch has them now; `found` says of terms what the last night found."""
    return Criteria(
        watch.question,
        tuple(
            Criterion(term.term, term.language, term.reason, term.unless, found.get(term.term, ""))
            for term in watch.include
        ),
        tuple(Criterion(term.term, term.language, term.reason, (), found.get(term.term, "")) for term in watch.exclude),
    )


def count_side(
    waiting: int | None, decisions: Iterable[Decision], who: str, now: dt.datetime, *, is_cut: bool = False
) -> Side:
    """Figures of a queue of a list: what waits, and what people did. `is_cut`: later publications bring more of it."""
    made = list(decisions)
    today = [one for one in made if one.decided_at.date() == now.date()]
    own = sum(one.decided_by == who for one in today)
    return Side(
        (
            Figure("Waiting", "?" if waiting is None else f"{waiting:,}", "more come after these" if is_cut else ""),
            Figure("Decided today", f"{len(today):,}", f"{own:,} by you"),
            Figure("Decided in all", f"{len(made):,}"),
        )
    )
