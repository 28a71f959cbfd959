"""The stages of a night: what makes a transform stale, and what the heartbeat says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from filingwatch import ledger, night, summary, transform, warehouse
from filingwatch.errors import BadInput, TransformFailed
from filingwatch.jobs.base import JobOutcome
from filingwatch.settings import Settings
from filingwatch.watch import choose_watch


@dataclass
class Builder:
    """Stands in for dbt, which tests/dbt and tests/flows run for real: here only the decision to call it counts."""

    calls: int = 0
    fails: bool = False
    is_whole: bool = False

    def __call__(self, settings: Settings, select: str, *, as_of: dt.date, is_whole: bool) -> Any:
        self.calls += 1
        self.is_whole = is_whole
        if self.fails:
            raise TransformFailed("a model is broken")
        return transform.TransformResult(select, (), 0.0)


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Builder]:
    builder = Builder()
    monkeypatch.setattr(transform, "build", builder)
    yield builder


def play(settings: Settings, layer: str = "core") -> str:
    figures = night.transform_layer(settings, ledger.new_run("test", settings.today), layer)
    return f"{figures['status']}: {figures['reason']}"


def land(settings: Settings, publication_date: str) -> None:
    with warehouse.writer(settings) as con:
        con.execute(
            "insert into raw.publication by name select 's' as source, 'f' as feed, 'CN1A' as publication_id, "
            "1 as version, 'h' as content_hash, 'p' as page_id, 0 as record_index, now()::timestamp as first_seen_at, "
            "false as is_synthetic, false as is_deleted, 'CN' as office, '1' as number, 'A' as kind, "
            "'CN1A' as original_number, ?::date as publication_date, [] as priorities, [] as texts, [] as parties, "
            "[] as classifications",
            [publication_date],
        )


def test_core_is_built_whole_when_the_last_build_cannot_be_trusted(settings: Settings, builder: Builder) -> None:
    """Whole: the first build, after one that failed, when real filings retire invented ones, in another month, on an
    earlier day. Else it takes in what changed."""
    play(settings)
    assert builder.is_whole
    land(settings, "2026-01-01")
    play(settings)
    assert builder.is_whole  # the first real filing
    with warehouse.writer(settings) as con:
        con.execute("insert into raw.reject values ('p', 1, 'c', 'r', 'o', now()::timestamp)")
    play(settings)
    assert not builder.is_whole
    builder.fails = True
    with warehouse.writer(settings) as con:
        con.execute("insert into raw.reject values ('p', 2, 'c', 'r', 'o', now()::timestamp)")
    with pytest.raises(TransformFailed):
        play(settings)
    builder.fails = False
    play(settings)
    assert builder.is_whole
    play(replace(settings, today=dt.date(2026, 12, 1)))
    assert builder.is_whole
    play(settings, "series")
    assert builder.is_whole  # each layer for itself
    play(settings, "findings")
    assert not builder.is_whole  # nothing of it is kept from build to build


def test_a_layer_is_built_when_what_it_reads_has_changed(settings: Settings, builder: Builder) -> None:
    """Nothing new: not built. A landed row, or another month: built, and the reason is named."""
    assert play(settings) == "ran: first run"
    assert play(settings).startswith("current")
    land(settings, "2026-01-01")
    assert play(settings) == "ran: changed: raw.publication"
    later = replace(settings, today=dt.date(2026, 12, 1))
    assert play(later) == "ran: changed: dbt project or month"
    assert builder.calls == 3


def test_a_date_ahead_is_believed_on_its_day(settings: Settings, builder: Builder) -> None:
    """A publication dated tomorrow makes the layer stale tomorrow, without anything else landing."""
    land(settings, "2026-11-23")
    play(settings)
    assert play(settings).startswith("current")
    assert play(replace(settings, today=dt.date(2026, 11, 23))) == "ran: changed: raw.publication"


def test_a_build_that_failed_is_not_forgotten_on_the_way_back(
    settings: Settings, builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A, then B which fails halfway, then A again: what B left behind is built over."""
    play(settings)
    monkeypatch.setattr(transform, "project_hash", lambda: "B")
    builder.fails = True
    with pytest.raises(TransformFailed):
        play(settings)
    monkeypatch.undo()
    again = Builder()
    monkeypatch.setattr(transform, "build", again)
    assert play(settings) == "ran: the last time it began it did not end"
    assert play(settings).startswith("current")
    assert again.calls == 1
    with warehouse.writer(settings) as con:
        rows = con.sql("select status from ops.job_run order by decided_at").fetchall()
    assert [status for (status,) in rows] == ["ran", "failed", "ran", "current"]  # only what failed says so


def test_a_failed_night_is_not_hidden_by_what_ran_after_it(settings: Settings) -> None:
    """The heartbeat keeps the last run of each flow; a failure is told to ops with its message."""
    with pytest.raises(TransformFailed), night.session(settings, "nightly"):
        raise TransformFailed("a model is broken")
    with night.session(settings, "notify"):
        pass
    beats = night.read_heartbeat(settings)
    assert {flow: beat["status"] for flow, beat in beats.items()} == {"nightly": "failed", "notify": "succeeded"}
    (told,) = (settings.alerts_folder / "ops").glob("*.txt")
    assert "a model is broken" in told.read_text()


def test_a_run_that_was_cut_off_is_marked_by_the_next(settings: Settings) -> None:
    """A row that still says `running` when the next run begins belongs to a process that is gone."""
    with warehouse.writer(settings) as con:
        ledger.start_run(con, ledger.new_run("nightly", settings.today))
    with night.session(settings, "nightly") as (_, figures):
        assert len(figures["interrupted_before"]) == 1
    with warehouse.writer(settings) as con:
        assert con.sql("select status from ops.run order by started_at").fetchall() == [
            ("interrupted",),
            ("succeeded",),
        ]


def test_a_decision_belongs_to_a_watch_that_exists(settings: Settings) -> None:
    """With several watches one must be named, and an unknown one is refused with those that exist."""
    assert choose_watch(settings, "smart_cities") == "smart_cities"
    for name in (None, "smart_citys"):
        with pytest.raises(BadInput, match="smart_cities, wildlife_trade"):
            choose_watch(settings, name)


def test_the_morning_says_that_a_refit_or_a_model_is_held_back() -> None:
    """What a job held back, and what still waits, stands in the night's figures and in what is printed of them."""
    told = [
        JobOutcome("topics", "towns", "ran", "x", {"refit": "held back", "refit_because": "it loses 2 names"}, 1.0),
        JobOutcome("topics", "moles", "ran", "x", {"refit": "waits for a person", "documents": 3}, 1.0),
        JobOutcome("relevance", "towns", "ran", "x", {"promotion": "held back", "promotion_because": "worse"}, 1.0),
        JobOutcome("relevance", "moles", "ran", "x", {"promotion": "promoted"}, 1.0),
    ]
    jobs = night.describe_jobs(told)
    assert "documents" not in jobs[1]["figures"]
    lines = [text for stage, text in summary._stages({"jobs": jobs}) if not stage]
    assert lines == [
        "towns: a refit of the topics is held back, it loses 2 names; `filingwatch topics review` shows it",
        "moles: a refit of the topics waits for a person; `filingwatch topics review` shows it",
        "towns: a new model is held back, worse",
    ]
