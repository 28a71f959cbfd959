"""`filingwatch backfill`: every source in the results, one JSON document, an exit code that tells the worst."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from filingwatch import backfill_plan, cli, runner
from filingwatch.backfill import run_windows
from filingwatch.settings import Settings
from filingwatch.sources.base import Window
from tests.clocks import FakeClock
from tests.unit.shelf import Shelf, connector

SPAN = ("--from", "2015-01-01", "--to", "2015-02-01")
Command = Any


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()
    with shelf.serving():
        yield shelf


@pytest.fixture
def command(settings: Settings, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs the command for a shelf that works, and for `attic`, which has no past; gives the exit code."""
    rows = [
        connector(shelf.url, clock=FakeClock()),
        replace(connector(shelf.url, clock=FakeClock(), name="attic", backfill_days=0), name="attic"),
    ]

    def choose(settings: Settings, names: Any) -> list[Any]:
        return [row for row in rows if not names or row.name in names]

    def run_flow(settings: Settings, name: str, *, first: dt.date, last: dt.date, sources: Any, again: bool) -> Any:
        span, chosen = Window(first, last), choose(settings, sources)
        results = run_windows(settings, span, chosen, again=again, clock=FakeClock())
        return [result.figures() for result in results]

    def run(*arguments: str) -> int:
        with pytest.raises(SystemExit) as ended:
            cli.main(["backfill", *SPAN, *arguments])
        return int(ended.value.code or 0)

    monkeypatch.setattr(backfill_plan, "choose_connectors", choose)
    monkeypatch.setattr(runner, "run_flow", run_flow)
    monkeypatch.setenv("FILINGWATCH_HOME", str(settings.home))
    return run


def test_a_source_that_cannot_ends_as_failed(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside one that is able, beside one that is done, and alone: exit code 1 and its reason in one document."""
    for arguments, statuses, new in (
        ((), ["ok", "failed"], 31),
        ((), ["ok", "failed"], 0),
        (("--source", "attic"), ["failed"], 0),
    ):
        assert command("--yes", "--json", *arguments) == 1
        results = json.loads(capsys.readouterr().out)
        assert [result["status"] for result in results] == statuses
        assert "yearly catalogue" in results[-1]["message"] and results[0]["new"] == new
    assert command("--estimate", "--json") == 1
    assert [plan["problem"] is None for plan in json.loads(capsys.readouterr().out)] == [True, False]
    assert command("--yes") == 1
    assert "yearly catalogue" in capsys.readouterr().out
    assert command("--yes", "--source", "attic") == 1
    assert "Nothing is left" not in capsys.readouterr().err


def test_json_with_nothing_left_is_a_document(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """A program finds the windows that are done, not an empty answer."""
    for new in (31, 0):
        assert command("--source", "shelf", "--yes", "--json") == 0
        (result,) = json.loads(capsys.readouterr().out)
        assert (result["status"], result["done"], result["windows"], result["new"]) == ("ok", 1, 1, new)


def test_json_starts_nothing_without_a_yes(command: Command, shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    """A program is not asked, so it must have said so; the office is not bothered before."""
    assert command("--json") == 2
    said = capsys.readouterr()
    assert "--yes" in said.err and said.out == "" and shelf.asks == []


def test_the_command_that_goes_on_is_whole(command: Command, shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    """With its source and its yes; without --again, which goes on by itself. Exit code 75."""
    shelf.quota = 2
    assert command("--source", "shelf", "--again", "--yes") == 75
    line = "filingwatch backfill --from 2015-01-01 --to 2015-02-01 --source shelf --yes\n"
    assert line in capsys.readouterr().out
