"""Questions about applicants to the published file and the inbox: what the command line shows."""

from __future__ import annotations

from typing import Any

import duckdb

from filingwatch.decisions import Decision, read_decisions
from filingwatch.errors import BadInput
from filingwatch.settings import Settings

_MANY = 100_000


def list_review(con: duckdb.DuckDBPyConnection, settings: Settings, limit: int) -> list[dict[str, Any]]:
    """Doubtful pairs of which no decision stands, by how often their names are used; names as usually written."""
    last = {decision.subject: decision.value for decision in _pairs(settings)}
    decided = sorted(subject for subject, value in last.items() if value != "reset")
    return _rows(
        con,
        "select coalesce(a.name, review.name_a) as name_a, coalesce(b.name, review.name_b) as name_b, review.score, "
        "review.explanation, coalesce(a.use_count, 0) + coalesce(b.use_count, 0) as use_count "
        "from ml.applicant_review as review "
        "left join core.dim_applicant as a on a.normalised_name = review.name_a "
        "left join core.dim_applicant as b on b.normalised_name = review.name_b "
        "where not list_contains(?, review.name_a || '|' || review.name_b) "
        "order by use_count desc, review.score desc, review.name_a, review.name_b limit ?",
        [decided, limit],
    )


def find_name(con: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    """The one name that is meant.

    Raises:
        BadInput: nobody files under it, or several names hold it; the message lists some.
    """
    bare = "".join(letter for letter in name.casefold() if letter.isalnum())
    asked = "select * from core.dim_applicant where name = ? or normalised_name in (?, ?)"
    found = _rows(con, asked, [name, name, bare])
    if len(found) == 1:
        return found[0]
    near = "select * from core.dim_applicant where contains(normalised_name, ?) order by use_count desc, name limit 6"
    found = _rows(con, near, [bare]) if bare else []
    if len(found) == 1:
        return found[0]
    if not found:
        raise BadInput(f"Nobody files under {name!r}. Names are compared without case, spaces and punctuation.")
    raise BadInput(f"Several names hold {name!r}; say which: {'; '.join(one['name'] for one in found)}.")


def show_entity(con: duckdb.DuckDBPyConnection, found: dict[str, Any]) -> dict[str, Any]:
    """A name with its entity, the other names of the entity, and its groups with their dates."""
    entity_id = found["entity_id"]
    named = _rows(con, "select name from core.dim_legal_entity where entity_id = ?", [entity_id])
    others = _rows(
        con,
        "select name, use_count, link_method, link_explanation from core.dim_applicant "
        "where entity_id = ? and normalised_name <> ? order by use_count desc, name",
        [entity_id, found["normalised_name"]],
    )
    groups = _rows(
        con,
        "select group_id, valid_from, valid_to, check_mark, source from core.bridge_entity_group "
        "where entity_id = ? order by valid_from nulls first",
        [entity_id],
    )
    return {**found, "entity_name": named[0]["name"] if named else None, "other_names": others, "groups": groups}


def list_decisions(settings: Settings, normalised_name: str) -> list[dict[str, Any]]:
    """What people said of a name so far, oldest first."""
    return [
        {"subject": one.subject, "value": one.value, "decided_by": one.decided_by, "reason": one.reason}
        for one in _pairs(settings)
        if normalised_name in one.subject.split("|")
    ]


def _pairs(settings: Settings) -> list[Decision]:
    found: list[Decision] = []
    while page := read_decisions(settings, after=found[-1].decision_id if found else 0, limit=_MANY):
        found += page
    return [decision for decision in found if decision.kind == "applicant_pair"]


def _rows(con: duckdb.DuckDBPyConnection, sql: str, values: list[Any]) -> list[dict[str, Any]]:
    result = con.execute(sql, values)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
