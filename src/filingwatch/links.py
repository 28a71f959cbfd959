"""What people may say about links, checked against the published file, and put into the inbox.

A decision is about publications and holds for their applications: later publications of them inherit it. What a
decision does to the inventions belongs to the dbt models (int_link_decision and what follows).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from filingwatch.decisions import Decision, decide, read_decisions
from filingwatch.errors import BadInput
from filingwatch.settings import Settings
from filingwatch.warehouse import reader

BETWEEN = "|"
"""Between the publications of a join in the subject of its decision."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a publication is where it is: one rule and what it found."""

    publication_id: str
    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Links:
    """A published invention: its publications in order, why each belongs to it, and decisions that wait for a run."""

    publication_id: str
    invention_id: str | None
    reasons: tuple[Reason, ...]
    waiting: tuple[Decision, ...]


def read_links(settings: Settings, publication: str) -> Links:
    """What the published file says about the links of a publication, and what the next run will hear about them.

    Raises:
        BadInput: nothing of this name is published.
        NothingPublished: there is no published file yet.
    """
    with reader(settings) as con:
        [name] = _know(con, [publication])
        [(invention,)] = con.execute(
            "select invention_id from core.dim_publication where publication_id = ?", [name]
        ).fetchall()
        rows = con.execute(
            "select publication_id, rule, detail from core.link_reason where invention_id = ? order by all", [invention]
        ).fetchall()
        [(landed,)] = con.execute("select coalesce(max(decision_id), 0) from ops.landed_decision").fetchall()
    members = {name, *(publication_id for publication_id, _, _ in rows)}
    waiting = [
        decision
        for decision in read_decisions(settings, after=landed)
        if decision.kind == "link" and members & set(decision.subject.split(BETWEEN))
    ]
    return Links(name, invention, tuple(Reason(*row) for row in rows), tuple(waiting))


def join(settings: Settings, publications: Sequence[str], *, by: str, why: str) -> Decision:
    """Decide that these publications are of one invention.

    Raises:
        BadInput: fewer than two, one that is not known, or all of one application already.
        NothingPublished: there is no published file to check against.
    """
    with reader(settings) as con:
        names = sorted(set(_know(con, publications)))
        if len(names) < 2:
            raise BadInput("A join needs at least two different publications: filingwatch links join PUB PUB --why ...")
        if len({_application(con, name) for name in names}) == 1:
            raise BadInput(f"{' and '.join(names)} are of one application already: there is nothing to join.")
    return _put(settings, "join", BETWEEN.join(names), by, why)


def split(settings: Settings, publication: str, *, by: str, why: str) -> Decision:
    """Decide that the application of this publication is an invention by itself.

    Raises:
        BadInput: not known, withdrawn, or linked to nothing but publications of its own application.
        NothingPublished: there is no published file to check against.
    """
    with reader(settings) as con:
        [name] = _know(con, [publication])
        others = con.execute(
            "select other.publication_id from core.dim_publication as one "
            "inner join core.dim_publication as other using (invention_id) "
            "where one.publication_id = ? and other.publication_id <> one.publication_id order by all",
            [name],
        ).fetchall()
        if not others:
            raise BadInput(f"{name} is linked to no other publication: there is nothing to split.")
        if {other for (other,) in others} <= _application(con, name):
            raise BadInput(
                f"{name} is linked only to {', '.join(other for (other,) in others)}, of the same application; "
                "publications of one application are never cut apart."
            )
    return _put(settings, "split", name, by, why)


def reset(settings: Settings, publications: Sequence[str], *, by: str, why: str | None) -> list[Decision]:
    """Take back what was decided with these names: with one, all that names it; with several, that join.

    Raises:
        BadInput: nothing stands that could be taken back; the message says what does.
    """
    names = sorted({_plain(name) for name in publications})
    standing = _standing(settings)
    if len(names) == 1:
        subjects = [subject for subject in standing if names[0] in subject.split(BETWEEN)]
    else:
        subjects = [subject for subject in standing if subject == BETWEEN.join(names)]
    if not subjects:
        what = "; ".join(f"{value} {subject.replace(BETWEEN, ' ')}" for subject, value in standing.items())
        raise BadInput(
            f"No link decision names {' '.join(names)}, so nothing can be taken back. Standing: {what or 'none'}."
        )
    return [_put(settings, "reset", subject, by, why) for subject in subjects]


def _standing(settings: Settings) -> dict[str, str]:
    """The link decisions in force by subject, those that no run has heard of included."""
    latest: dict[str, str] = {}
    after = 0
    while found := read_decisions(settings, after=after):
        latest |= {decision.subject: decision.value for decision in found if decision.kind == "link"}
        after = found[-1].decision_id
    return {subject: value for subject, value in latest.items() if value != "reset"}


def _know(con: duckdb.DuckDBPyConnection, publications: Sequence[str]) -> list[str]:
    """The ids as the warehouse writes them; typed with blanks, hyphens or in small letters they are known too."""
    names = [_plain(name) for name in publications]
    found = con.execute(
        "select publication_id from core.dim_publication where publication_id in (select unnest(?))", [names]
    ).fetchall()
    if unknown := sorted(set(names) - {name for (name,) in found}):
        near = con.execute(
            "select publication_id from core.dim_publication where starts_with(publication_id, ?) order by all limit 5",
            [re.sub(r"[A-Z]\d?$", "", unknown[0])],
        ).fetchall()
        hint = f" Near it: {', '.join(name for (name,) in near)}." if near else ""
        raise BadInput(
            f"No publication {', '.join(unknown)} is in the published file. A link is decided by publication id "
            f"(office, number, kind), such as CN104000001A.{hint}"
        )
    return names


def _application(con: duckdb.DuckDBPyConnection, publication: str) -> frozenset[str]:
    """All published publications of one application with this one, itself included; chains are followed."""
    known, asked = {publication}, {publication}
    while asked:
        rows = con.execute(
            "select distinct other.publication_id from core.link_reason as one "
            "inner join core.link_reason as other using (invention_id, rule, detail) "
            "where one.publication_id in (select unnest(?)) and one.rule in ('application', 'number')",
            [sorted(asked)],
        ).fetchall()
        asked = {name for (name,) in rows} - known
        known |= asked
    return frozenset(known)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.upper() if letter.isalnum())


def _put(settings: Settings, value: str, subject: str, by: str, why: str | None) -> Decision:
    return decide(settings, kind="link", subject=subject, value=value, decided_by=by, watch=None, reason=why)
