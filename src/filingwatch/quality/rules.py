"""The shape of a rule. The rules themselves are in `landed` and `to_publish`; what applies them is in `gate`.

A rule is data: an id that stays, SQL that asks the question, what is expected of the answer, what it means, and what
to do when it does not hold. The SQL may read the temporary tables of `scope`; where it is more than a line it stands
in `sql/<id>.sql`, and what it returns is said with each kind of expectation below.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_SQL = Path(__file__).resolve().parent / "sql"


@dataclass(frozen=True, slots=True)
class NoRows:
    """The SQL returns the rows that break the rule; there must be none of them."""


@dataclass(frozen=True, slots=True)
class FewRows:
    """The SQL returns the rows that break the rule; a stray one is the source's affair, many are ours.

    At most `most_share` of what `population` counts may break it, or `few` rows where that is more: one wrong date of
    an office must not close the gate for ever.
    """

    population: str
    most_share: float
    few: int


@dataclass(frozen=True, slots=True)
class InBand:
    """The SQL returns one row a subject: subject, value, low, high, observed, expected (and sample, a list).

    A bound that is null does not bind; `expected` says why. A value that is null could not be told.
    """


@dataclass(frozen=True, slots=True)
class OneOf:
    """The SQL returns word and count; every word is one of `words`."""

    words: frozenset[str]


Expectation = NoRows | FewRows | InBand | OneOf


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `subject` names what rows-breaking rules look at; measuring rules name a subject in each row.

    `when_empty` is why it is right that a measuring rule finds nothing to measure; None means that it is not right,
    and an empty answer could not be told.
    """

    id: str
    meaning: str
    to_do: str
    sql: str
    expectation: Expectation
    subject: str = ""
    when_empty: str | None = None


def read_sql(rule_id: str) -> str:
    """The question of a rule that has a file of its own."""
    return (_SQL / f"{rule_id}.sql").read_text(encoding="utf-8")
