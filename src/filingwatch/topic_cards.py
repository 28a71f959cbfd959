"""What is published of topics: all of them, one on a card, and the refit that waits for a word. As plain data.

Here belong questions to the published file and what people have said since. Printing belongs to `cli.topics`, the desk
shows the same cards; how topics come about belongs to the topic job.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import duckdb

from filingwatch.decisions import Decision, find_decisions
from filingwatch.errors import BadInput
from filingwatch.settings import Settings
from filingwatch.topic_queries import (
    BORDERLINE,
    COMPANIES,
    LINEAGE,
    OFFICES,
    REFIT,
    RIGHTS,
    TABLES,
    TOPICS,
    TYPICAL,
    YEARS,
)
from filingwatch.warehouse import reader

Row = dict[str, Any]
Ask = Callable[[str, Row], list[Row]]
"""Rows of a query with these values."""
SHOWN = 6
"""Filings of each sort, and companies and offices, on a card."""
_PARTS = {
    "typical": TYPICAL, "borderline": BORDERLINE, "companies": COMPANIES, "offices": OFFICES, "years": YEARS,
    "lineage": LINEAGE,
}  # fmt: skip
_OLDER = "The published file is of an older filingwatch; the next night writes it anew."


def read_topics(settings: Settings, watch: str | None = None, *, with_gone: bool = False) -> list[Row]:
    """The topics of each watch, the largest first; names that people gave since the night are there already.

    Raises:
        NothingPublished: there is no published file yet.
        BadInput: nothing is published of this watch, or the file is of an older version.
    """
    with reader(settings) as con:
        ask = _asking(con)
        there = [row["watch"] for row in ask("select distinct watch from insight.fct_funnel order by watch", {})]
        if watch is not None and watch not in there:
            raise BadInput(f"Nothing is published of watch {watch!r}; there are: {', '.join(there) or 'none'}.")
        rows = ask(TOPICS, {"watch": watch, "topic_id": None, "with_gone": with_gone})
    return [row | _said_name(settings, row) for row in rows]


def read_topic(settings: Settings, topic_id: str, watch: str | None = None) -> Row:
    """One topic with its filings, companies, offices, years, lineage and rights.

    Raises:
        NothingPublished: there is no published file yet.
        BadInput: no such topic, or it is in several watches and none is named.
    """
    with reader(settings) as con:
        ask = _asking(con)
        found = ask(TOPICS, {"watch": watch, "topic_id": topic_id, "with_gone": True})
        if not found:
            raise BadInput(
                f"There is no topic {topic_id!r}; `filingwatch topics list --gone` shows all there ever were."
            )
        if len(found) > 1:
            names = ", ".join(row["watch"] for row in found)
            raise BadInput(f"Topic {topic_id} is in several watches; name one with --watch: {names}.")
        [card] = make_cards(ask, found, topic_id)
    return card | _said_name(settings, card)


def make_cards(ask: Ask, topics: list[Row], topic_id: str | None = None) -> list[Row]:
    """Topics of one watch with all that a card shows, in their order; `topic_id` where only one is asked for."""
    if not topics:
        return []
    values = {"watch": topics[0]["watch"], "topic_id": topic_id}
    there = {row["name"] for row in ask(TABLES, {})}
    parts = _PARTS | ({"rights": RIGHTS} if "ml.right_tag" in there else {})
    found: dict[str, dict[str, list[Row]]] = {name: {} for name in parts}
    for name, sql in parts.items():
        for row in ask(sql, values | ({"shown": SHOWN} if "$shown" in sql else {})):
            found[name].setdefault(row.pop("of_topic"), []).append(row)
    empty: Row = {"rights": []}
    return [topic | empty | {name: of.get(topic["topic_id"], []) for name, of in found.items()} for topic in topics]


def read_refit(settings: Settings, watch: str) -> Row | None:
    """The newest refit of a watch with what it does to each topic (`effect`, null for a first fit), and `said`: what
    people have said of it since the night. None before the first.

    Raises:
        NothingPublished: there is no published file yet.
        BadInput: the file is of an older version.
    """
    with reader(settings) as con:
        found = _asking(con)(REFIT, {"watch": watch})
    if not found:
        return None
    [refit] = found
    figures = json.loads(refit.pop("figures") or "{}")
    return refit | {
        "effect": figures.get("effect"),
        "said": _last(settings, "topic_refit", watch, refit["candidate_id"]),
    }


def _asking(con: duckdb.DuckDBPyConnection) -> Ask:
    def ask(sql: str, values: Row) -> list[Row]:
        try:
            result = con.execute(sql, values)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise BadInput(_OLDER) from error
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    return ask


def _said_name(settings: Settings, topic: Row) -> Row:
    """What people called it last, and who; it counts at once."""
    said = _last(settings, "topic_name", topic["watch"], topic["topic_id"])
    if said is None:
        return {"said": None}
    return {"said": said, "name": said["value"].strip(), "named_by": "person"}


def _last(settings: Settings, kind: str, watch: str, subject: str) -> Row | None:
    of_subject = [one for one in find_decisions(settings, (kind,), watch=watch) if one.subject == subject]
    last: Decision | None = of_subject[-1] if of_subject else None
    if last is None or not last.value.strip() or last.value == "reset":
        return None
    return {name: getattr(last, name) for name in ("value", "decided_by", "decided_at", "reason")}
