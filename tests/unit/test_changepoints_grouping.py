"""Events: what is one thing is told as one, whatever the order in which it comes."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filingwatch.changepoints.grouping import are_nested, group_events, leader_of
from filingwatch.changepoints.months import first_day
from filingwatch.changepoints.tracking import Finding, Tracked, name_id

NIGHT = dt.date(2026, 11, 22)
BEGIN = 2024 * 12
CELLS = ("all", "office=CN", "office=US", "technology=faces", "office=CN/technology=faces", "office=CN/synthetic")


def row(
    cell: str, month: int, *, slack: int = 0, direction: str = "up", is_news: bool = True, **changed: object
) -> Tracked:
    """A new changepoint of a cell, dated to so many months after the begin of 2024, with a wide or narrow interval."""
    months = [first_day(BEGIN + month + step) for step in (0, -slack, slack)]
    found = Finding(
        f"parks/{cell}", "careful", *months, direction, 2.0, 1.6, 2.5, 0.0, 0.99, changed.pop("evidence", 20.0), 10.0
    )
    changepoint_id = name_id(cell, month, direction, is_news)
    plain = Tracked(found, changepoint_id, "detected", NIGHT, NIGHT, is_news, "", False, "model", ("detected",))
    return replace(plain, **changed)


def events(rows: Sequence[Tracked]) -> dict[str, str]:
    """The event of each changepoint."""
    return {one.changepoint_id: one.event_id for one in group_events("parks", rows, NIGHT)}


rows_of_a_night = st.lists(
    st.builds(
        row,
        st.sampled_from(CELLS),
        st.integers(0, 40),
        slack=st.integers(0, 8),
        direction=st.sampled_from(["up", "down"]),
        is_news=st.booleans(),
        evidence=st.floats(9, 60),
        state=st.sampled_from(["detected", "confirmed", "withdrawn"]),
    ),
    max_size=14,
    unique_by=lambda one: one.changepoint_id,
)


@given(rows_of_a_night, rows_of_a_night, st.randoms())
def test_the_law_of_an_event(before: list[Tracked], fresh: list[Tracked], shuffler: random.Random) -> None:
    """One direction, news or history, real or invented, one living changepoint of a series; ids never change, and the
    answer depends on no order."""
    before = group_events("parks", before, NIGHT - dt.timedelta(days=1))
    ids = {one.changepoint_id for one in before}
    together = [*before, *(one for one in fresh if one.changepoint_id not in ids)]
    grouped = group_events("parks", together, NIGHT)
    assert [one.changepoint_id for one in grouped] == [one.changepoint_id for one in together]
    assert {one.changepoint_id: one.event_id for one in before}.items() <= events(together).items()
    shuffled = shuffler.sample(together, len(together))
    assert events(shuffled) == events(together)
    for event_id in {one.event_id for one in grouped}:
        members = [one for one in grouped if one.event_id == event_id]
        assert event_id
        assert len({one.finding.direction for one in members}) == 1
        assert len({one.is_news for one in members}) == 1
        assert len({one.finding.series_id.endswith("/synthetic") for one in members}) == 1
        alive = Counter(one.finding.series_id for one in members if one.state != "withdrawn")
        assert not alive or max(alive.values()) == 1


@given(rows_of_a_night, st.lists(st.tuples(st.integers(0, 13), st.integers(0, 9)), max_size=10))
def test_sub_cells_that_repeat_a_change_make_no_more_events(
    fresh: list[Tracked], copies: list[tuple[int, int]]
) -> None:
    """However many sub-cells show what their cell shows, the number of events does not grow."""
    fresh = [replace(one, state="detected") for one in fresh]
    repeated = []
    for which, number in copies if fresh else ():
        original = fresh[which % len(fresh)]
        parts = original.finding.series_id.split("/")
        parts.insert(len(parts) - (parts[-1] == "synthetic"), f"topic={which}{number}")
        found = replace(original.finding, series_id="/".join(part for part in parts if part != "all"))
        repeated.append(replace(original, finding=found, changepoint_id=f"{original.changepoint_id}-{number}"))
    unlike = {one.changepoint_id: one for one in repeated}.values()
    assert len(set(events([*fresh, *unlike]).values())) <= len(set(events(fresh).values()))


@given(st.lists(st.sampled_from(CELLS[:5]), min_size=1, unique=True), st.integers(0, 2))
def test_what_is_simultaneous_is_one_event(cells: list[str], slack: int) -> None:
    """Cells that change in the same month are one event, nested or not."""
    assert len(set(events([row(cell, 12, slack=slack) for cell in cells]).values())) == 1


@pytest.mark.parametrize(
    ("one", "other", "nested"),
    [
        ("all", "office=CN", True),
        ("office=CN", "office=CN/technology=faces", True),
        ("office=CN+US", "office=CN", True),
        ("office=CN", "office=CN", True),
        ("office=CN", "office=US", False),
        ("office=CN/patent_type=invention", "office=CN/technology=faces", False),
        ("office=CN", "office=CN/technology=faces/synthetic", False),
    ],
)
def test_nested_is_read_from_the_ids(one: str, other: str, nested: bool) -> None:
    """A cell holds its sub-cells; two cells that overlap are not nested, nor are real and invented filings."""
    assert are_nested(f"parks/{one}", f"parks/{other}") is are_nested(f"parks/{other}", f"parks/{one}") is nested


def test_nested_series_may_be_dated_further_apart() -> None:
    """Two months between the intervals of any two series, six between those of a cell and its sub-cell."""
    for cell, furthest in (("technology=faces", 2), ("office=CN/technology=faces", 6)):
        for months, count in ((furthest, 1), (furthest + 1, 2)):
            pair = [row("office=CN", 6), row(cell, 6 + months)]
            assert len(set(events(pair).values())) == count, (cell, months)


def test_neighbours_make_no_chain() -> None:
    """Five series, each two months after the one before, are not one event of eight months."""
    chain = [row(f"office=O{step}", 2 * step, evidence=50.0 - step) for step in range(5)]
    assert sorted(Counter(events(chain).values()).values()) == [1, 2, 2]


def test_one_joins_the_event_that_is_nearest() -> None:
    """A vaguely dated change between two events belongs to the nearer, not to the one that stands first."""
    two = [row("all", 4, evidence=40.0), row("office=US", 12)]
    vague = row("technology=faces", 11, slack=7)
    grouped = events([*two, vague])
    assert grouped[vague.changepoint_id] == grouped[two[0].changepoint_id], "nested in all filings, and near"
    other = [replace(one, finding=replace(one.finding, series_id=f"parks/group={n}")) for n, one in enumerate(two)]
    grouped = events([*other, vague])
    assert grouped[vague.changepoint_id] == grouped[other[1].changepoint_id] != grouped[other[0].changepoint_id]


def test_the_most_comprehensive_series_leads() -> None:
    """Upstream before precision, precision before evidence; what is withdrawn leads nothing that lives."""
    pool, cell, strong = row("all", 3), row("office=CN", 3), row("office=US", 3, evidence=50.0)
    assert leader_of([cell, strong, pool]) is pool
    assert leader_of([cell, strong]) is strong
    assert leader_of([row("office=CN", 3, slack=1, evidence=90.0), strong]) is strong
    gone = replace(pool, state="withdrawn")
    assert leader_of([cell, gone]) is cell and leader_of([gone]) is gone


def test_a_later_series_joins_the_event_that_is_there() -> None:
    """A nested series that follows nights later belongs to the event that was told, and is told with it."""
    (first,) = group_events("parks", [row("office=CN", 3)], NIGHT)
    first = replace(first, is_told=True, turns=())
    joined = group_events("parks", [first, row("all", 5)], NIGHT + dt.timedelta(days=5))
    assert {one.event_id for one in joined} == {first.event_id} and all(one.is_told for one in joined)


def test_an_event_that_is_gone_is_not_joined() -> None:
    """What is withdrawn altogether stays so; a new change is a new event."""
    (first,) = group_events("parks", [row("office=CN", 3)], NIGHT)
    gone = replace(first, state="withdrawn", turns=())
    assert len({one.event_id for one in group_events("parks", [gone, row("all", 3)], NIGHT)}) == 2
