"""Emergence: each part as defined, false announcements kept to what is promised, nothing said that cannot be told."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from filingwatch.topics.emergence import Before, EmergenceSettings, judge_topics
from filingwatch.topics.emergence_counts import FILINGS_SCHEMA

AS_OF = dt.date(2026, 11, 22)
FIRST = dt.date(2009, 1, 1)


def some_filings(topic: str, days: list[dt.date], groups: int = 20, stratum: str = "CN invention") -> pl.DataFrame:
    """Filings of one topic first published on these days, by so many groups in turn."""
    rows = [(topic, stratum, day, [f"g{place % groups}"]) for place, day in enumerate(days)]
    return pl.DataFrame(rows, FILINGS_SCHEMA, orient="row")


def evenly(count: int, start: dt.date, stop: dt.date) -> list[dt.date]:
    """Days from `start` up to but not including `stop`."""
    span = (stop - start).days
    return [start + dt.timedelta(days=place * span // count) for place in range(count)]


@pytest.fixture(scope="module")
def background() -> pl.DataFrame:
    """Six quiet topics of 400 filings, the same number every year."""
    return pl.concat([some_filings(f"quiet{name}", evenly(400, FIRST, AS_OF)) for name in range(6)])


def judge(filings: pl.DataFrame, as_of: dt.date = AS_OF, before: dict[str, Before] | None = None) -> dict[str, dict]:
    said = judge_topics(filings, sorted(filings["topic_id"].drop_nulls().unique()), as_of, before)
    return {row["topic_id"]: row for row in said.iter_rows(named=True)}


def test_a_new_subject_that_many_file_every_month_is_emerging(background: pl.DataFrame) -> None:
    """Sixteen filings in eight months and none before: all four parts are high, and the words name the numbers."""
    new = some_filings("new", evenly(16, dt.date(2026, 3, 1), dt.date(2026, 11, 1)))
    said = judge(pl.concat([background, new]))
    row = said.pop("new")
    assert row["is_emerging"] and row["emerged_on"] == AS_OF
    assert (row["novelty"], row["persistence"], row["community"]) == (1.0, pytest.approx(8 / 12), 16)
    assert (row["recent_count"], row["earlier_count"]) == (16, 0)
    assert row["growth"] > row["growth_low"] > 4 and row["growth_high"] is None
    assert row["because"].startswith("emerging: 16 filings published in the last 12 months and 0 in those before")
    assert 0.7 < row["score"] <= 1
    assert not any(quiet["is_emerging"] for quiet in said.values())


@pytest.mark.parametrize(
    ("days", "groups", "lack"),
    [
        (evenly(9, dt.date(2026, 3, 1), dt.date(2026, 11, 1)), 9, "fewer than 10 filings are published"),
        (evenly(16, dt.date(2026, 9, 1), dt.date(2026, 11, 1)), 16, "published in fewer than 3 months"),
        (evenly(16, dt.date(2026, 3, 1), dt.date(2026, 11, 1)), 2, "filed by fewer than 3 groups"),
        (evenly(16, dt.date(2022, 12, 1), dt.date(2026, 11, 1)), 16, "its growth may be chance"),
        (
            evenly(200, FIRST, dt.date(2025, 11, 1)) + evenly(100, dt.date(2025, 11, 1), dt.date(2026, 11, 1)),
            20,
            "not new",
        ),
    ],
    ids=["few", "a burst", "one house", "steady", "an old subject that surges"],
)
def test_one_part_that_is_missing_is_enough_not_to_be_emerging(
    background: pl.DataFrame, days: list[dt.date], groups: int, lack: str
) -> None:
    """Each part is asked for by itself, and what is missing is said."""
    row = judge(pl.concat([background, some_filings("new", days, groups)]))["new"]
    assert not row["is_emerging"] and row["emerged_on"] is None
    assert row["because"].startswith(f"not emerging, {lack}: ")


def test_a_month_that_is_not_over_and_what_is_not_published_do_not_count(background: pl.DataFrame) -> None:
    """All nights of a month see the same: publications of November count when November is over."""
    new = some_filings("new", evenly(16, dt.date(2026, 3, 1), dt.date(2026, 12, 1)))
    unseen = new.with_columns(publication_date=pl.lit(None, pl.Date))
    early, late = (judge(pl.concat([background, new, unseen]), dt.date(2026, 11, day))["new"] for day in (1, 29))
    assert early == late | {"tenth_published_on": early["tenth_published_on"], "emerged_on": early["emerged_on"]}
    assert judge(pl.concat([background, new]), dt.date(2026, 11, 30))["new"]["recent_count"] == 16
    assert late["recent_count"] == 15


def test_a_source_that_tells_only_of_late_years_makes_no_topic_emerge(background: pl.DataFrame) -> None:
    """An office whose filings are there since a year: its topics are recent because all of its filings are, which is
    no growth and cannot be told from it."""
    late = evenly(300, dt.date(2025, 12, 1), dt.date(2026, 11, 1))
    gained = pl.concat([some_filings("US only", late, stratum="US"), some_filings("quiet1", late, stratum="US")])
    said = judge(pl.concat([background, gained]))
    assert not any(row["is_emerging"] for row in said.values())
    assert "too young to judge" in said["US only"]["because"] and said["US only"]["score"] is None
    assert said["quiet1"]["growth"] == pytest.approx(1, abs=0.3)


def test_the_tenth_filing_is_dated_by_its_publication(background: pl.DataFrame) -> None:
    """`tenth_published_on` is a day of the data, known as soon as it is there."""
    days = evenly(12, dt.date(2026, 3, 3), dt.date(2026, 11, 20))
    new = some_filings("new", days)
    assert judge(pl.concat([background, new]))["new"]["tenth_published_on"] == days[9]
    assert judge(pl.concat([background, new.head(9)]))["new"]["tenth_published_on"] is None


def test_what_was_said_stays_while_it_grows_and_keeps_its_night(background: pl.DataFrame) -> None:
    """A topic at the edge does not come and go; when it has grown old the night that said so first is kept."""
    first = dt.date(2026, 8, 14)
    faint = pl.concat([background, some_filings("new", evenly(9, dt.date(2026, 3, 1), dt.date(2026, 11, 1)))])
    row = judge(faint, before={"new": Before(True, first)})["new"]
    assert row["is_emerging"] and row["emerged_on"] == first and row["because"].startswith("still emerging")
    steady = pl.concat([background, some_filings("new", evenly(16, FIRST, AS_OF))])
    row = judge(steady, before={"new": Before(True, first)})["new"]
    assert not row["is_emerging"] and row["emerged_on"] == first
    assert not judge(faint, before={"new": Before(False, first)})["new"]["is_emerging"]


def test_batches_make_less_sure(background: pl.DataFrame) -> None:
    """Filings that always come in heaps of ten scatter more than chance, and the interval says so."""
    heaps = [day for day in evenly(20, FIRST, AS_OF) for _ in range(10)]
    one_by_one, batched = (
        judge(pl.concat([background, some_filings("x", days)]))["x"] for days in (evenly(200, FIRST, AS_OF), heaps)
    )
    width = lambda row: row["growth_high"] / max(row["growth_low"], 1e-9)  # noqa: E731
    assert width(batched) > 2 * width(one_by_one)


def test_without_filings_nothing_is_said() -> None:
    """A watch without filings, and a topic without any, have no score rather than none of it."""
    empty = pl.DataFrame(schema=FILINGS_SCHEMA)
    assert judge_topics(empty, [], AS_OF).is_empty()
    row = judge_topics(empty, ["gone"], AS_OF).row(0, named=True)
    assert row["score"] is None and not row["is_emerging"] and row["recent_count"] == 0


def test_shuffled_dates_announce_no_more_than_is_promised() -> None:
    """Without growth the bar is met in at most a twentieth of worlds, even looked at every month for five years.

    Novelty is taken out of the way, so that the test of growth stands alone; small topics, where chance is greatest.
    """
    rng = np.random.default_rng(4)
    settings = EmergenceSettings(least_novelty=-1.0, least_growth=0.0)
    days = evenly(600, FIRST, AS_OF)
    names = [f"t{place}" for place, size in enumerate((15, 25, 40, 60, 100, 360)) for _ in range(size)]
    looks = [dt.date(2021 + month // 12, month % 12 + 1, 28) for month in range(11, 71, 3)]
    announced = 0
    for _ in range(20):
        filings = some_filings("", days).with_columns(topic_id=pl.Series(rng.permutation(names)))
        announced += any(
            judge_topics(filings.filter(pl.col("publication_date") <= day), sorted(set(names)), day, None, settings)[
                "is_emerging"
            ].any()
            for day in looks
        )
    assert announced <= 1
