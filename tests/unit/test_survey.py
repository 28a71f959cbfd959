"""What a person is told of the sources: by `filingwatch sources`, `doctor`, `status` and `backfill`."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections.abc import Iterator
from io import StringIO

import pytest
from rich.console import Console

from filingwatch import backfill_plan, cli, doctor, freshness, ledger, publish, summary, survey, warehouse
from filingwatch.backfill import run_windows
from filingwatch.backfill_plan import Plan
from filingwatch.settings import Settings
from filingwatch.sources.base import Estimate, Window
from filingwatch.survey import MOST_WAIT_SECONDS, survey_sources
from tests.clocks import FakeClock
from tests.unit.shelf import SECRET, Shelf, connector

DAY = dt.date(2026, 11, 22)


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()
    with shelf.serving():
        yield shelf


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The command line in this process, with this home and nothing of ours from outside."""
    for name in list(os.environ):
        if name.startswith("FILINGWATCH_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FILINGWATCH_HOME", str(settings.home))
    monkeypatch.setenv("FILINGWATCH_TODAY", str(DAY))
    return settings


def run(*arguments: str) -> int:
    """The exit code of `filingwatch ...`."""
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    return int(ended.value.code or 0)


def stand(settings: Settings, status: str, source: str = "shelf") -> None:
    with warehouse.writer(settings) as con:
        run_ = ledger.new_run("nightly", DAY)
        ledger.start_run(con, run_)
        ledger.write_cursor(con, run_, source, {"through": "2026-11-20"})
        freshness.record_state(con, run_, source, status, None if status == "ok" else "it is closed. Wait.")
        ledger.finish_run(con, run_, "succeeded", {})


def test_a_source_that_works_says_so_with_how_current_it_is(settings: Settings, shelf: Shelf) -> None:
    """One cheap call, and what the last night said; nothing lands."""
    stand(settings, "failed")
    (found,) = survey_sources(settings, connectors=[connector(shelf.url)])
    assert (found.works, found.found, len(shelf.asks)) == (True, "the shelf is there", 1)
    assert found.state is not None and found.state.complete_through == dt.date(2026, 11, 19)
    with warehouse.writer(settings) as con:
        assert con.sql("select count(*) from raw.page").fetchall() == [(0,)]


def test_what_is_wrong_is_said_without_a_secret(settings: Settings, shelf: Shelf) -> None:
    """Refused by the office, by half configured, a fault of ours: each with what to do, none ends the look."""
    shelf.quota = 0
    refused = connector(shelf.url)
    half = connector(shelf.url, secret=None)
    none = connector(shelf.url, key=None, secret=None)
    found = survey_sources(settings, connectors=[refused, half, none], clock=FakeClock())
    assert [one.works for one in found] == [False, False, None]
    assert "429" in found[0].found and "SHELF_SECRET" in found[1].found and found[2].found == "not configured"
    shelf.refused = (SECRET,)
    assert SECRET not in repr(found)
    offline = survey_sources(settings, ask=False, connectors=[refused, none])
    assert [(one.works, one.found) for one in offline] == [(None, "configured, not asked"), (None, "not configured")]


def test_nobody_is_made_to_wait_for_a_busy_office(settings: Settings, shelf: Shelf) -> None:
    """The pauses of the layer that asks are cut short: that it would have to wait is the answer."""
    shelf.busy = 99
    clock = FakeClock()
    (found,) = survey_sources(settings, connectors=[connector(shelf.url)], clock=clock)
    assert found.works is False
    hurried = survey.HurriedClock(clock)
    hurried.sleep(MOST_WAIT_SECONDS - 1)
    with pytest.raises(survey.Transient, match="Try again later"):
        hurried.sleep(2)
    assert clock.slept <= 2 * MOST_WAIT_SECONDS


def test_the_table_shows_what_is_needed_and_hides_what_is_set(settings: Settings, shelf: Shelf) -> None:
    """Variables with how they are had, what is covered, the terms, and the state in words."""
    stand(settings, "failed")
    shown = StringIO()
    found = survey_sources(settings, connectors=[connector(shelf.url, secret=None)])
    summary.show_sources(Console(file=shown, width=240), found)
    text = re.sub(r"[\s│]+", " ", shown.getvalue())
    for part in ("SHELF_KEY (set): a key: under the mat", "SHELF_SECRET: whispered", "FAILS:", "never ended well",
                 "stale since 2026-11-20 (failed)", "free; put it back"):  # fmt: skip
        assert part in text


def test_the_doctor_asks_each_configured_source(
    settings: Settings, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A finding each, with the cure that the error names; without any source one finding says so."""
    rows = [connector(shelf.url), connector(shelf.url, secret=None), connector(shelf.url, key=None, secret=None)]
    monkeypatch.setattr(doctor, "survey_sources", lambda settings: survey_sources(settings, connectors=rows))
    good, half = doctor._check_sources(settings)
    assert (good.check, good.ok, good.found) == ("source shelf", True, "the shelf is there")
    assert not half.ok and half.found.endswith("by half") and half.cure.startswith("Set SHELF_SECRET")
    monkeypatch.setattr(doctor, "survey_sources", lambda settings: survey_sources(settings, connectors=rows[2:]))
    (none,) = doctor._check_sources(settings)
    assert none.ok and "none is configured" in none.found


def test_the_command_sources_lists_every_connector(home: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON too; without a home, without asking, without a credential."""
    assert run("sources", "--offline", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == ["ops", "docdb", "uspto", "lens"]
    assert {row["is_configured"] for row in rows} == {False}
    assert rows[0]["needs"].keys() == {"FILINGWATCH_OPS_KEY", "FILINGWATCH_OPS_SECRET"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--from", "2016-01-01", "--to", "2015-01-01"), 2, "must lie before"),
        (("--from", "then", "--to", "2015-01-01"), 2, "write days as"),
        (("--from", "2015-01-01", "--to", "2016-01-01"), 2, "FILINGWATCH_OPS_KEY"),
        (("--from", "2015-01-01", "--to", "2016-01-01", "--source", "attic"), 2, "use one of: ops"),
    ],
)
def test_a_backfill_that_cannot_be_is_refused(
    home: Settings, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, words: str
) -> None:
    """Bad days, no source, a wrong source: exit code 2, and the message says what to write."""
    assert run("backfill", *arguments) == code
    assert words in capsys.readouterr().err


def test_an_estimate_shows_costs_and_problems() -> None:
    """Windows left, records, requests, bytes, time and share of the week; a source that cannot says why."""
    shown = StringIO()
    plan = Plan("shelf", 12, 2, Estimate(3650, 370, 2**20, "from 6 of 10 windows"), 370.0, 0.25)
    summary.show_plans(Console(file=shown, width=200), [plan, Plan("attic", problem="The attic is empty.")])
    text = shown.getvalue()
    for part in ("10 of 12", "3,650", "370", "1.0 MiB", "0:06:10", "25.0%", "from 6 of 10", "The attic is empty."):
        assert part in text


def test_status_says_what_is_stale(home: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """The stale source first; a publication of an older filingwatch, which has no such table, is read as well."""
    with warehouse.writer(home) as con:
        con.execute("create schema core; create table core.one as select 1 as n; create schema insight")
    stand(home, "ok", source="atlas")
    stand(home, "failed")
    publish.publish(home, ledger.new_run("nightly", DAY))
    assert run("status", "--json") == 0
    rows = json.loads(capsys.readouterr().out)["tables"]["Sources"]
    assert [(row["source"], row["stale_since"]) for row in rows] == [("shelf", "2026-11-20"), ("atlas", None)]
    with warehouse.existing(home, home.published_file.with_suffix(".old")) as con:
        con.execute(f"attach '{home.published_file}' as new (read_only)")
        con.execute("create schema ops; create schema core; create table core.one as from new.core.one")
        for table in ("run", "job_run", "quality_result", "this_publication", "landed_decision"):
            con.execute(f"create table ops.{table} as from new.ops.{table}")
        con.execute("create table ops.outcome as select * exclude (kind, http_status) from new.ops.outcome")
    home.published_file.with_suffix(".old").replace(home.published_file)
    assert run("status", "--json") == 0
    assert "Sources" not in json.loads(capsys.readouterr().out)["tables"]
    assert survey_sources(home, ask=False)


def test_a_backfill_starts_only_when_somebody_says_so_and_something_is_left(
    home: Settings, shelf: Shelf, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An estimate ends there; without a person or --yes it does not start; once all is done it ends at once."""
    rows, span = [connector(shelf.url, clock=FakeClock())], ("--from", "2015-01-01", "--to", "2015-03-01")
    monkeypatch.setattr(backfill_plan, "choose_connectors", lambda settings, names: rows)
    assert run("backfill", *span, "--estimate", "--json") == 0
    (plan,) = json.loads(capsys.readouterr().out)
    assert (plan["windows"], plan["done"], plan["estimate"]["records"]) == (2, 0, 59)
    assert run("backfill", *span) == 2
    assert "--yes" in capsys.readouterr().err
    run_windows(home, Window(dt.date(2015, 1, 1), dt.date(2015, 3, 1)), rows, clock=FakeClock())
    asked = len(shelf.asks)
    assert run("backfill", *span, "--yes") == 0
    assert "Nothing is left" in capsys.readouterr().err and len(shelf.asks) == asked
