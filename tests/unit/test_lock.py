"""Two nights at once: the second declines and says whose night it is."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from filingwatch import ledger, lock
from filingwatch.errors import NightTaken
from filingwatch.lock import hold_night
from filingwatch.settings import Settings

HOLD = """
import sys, datetime as dt, pathlib
from filingwatch import ledger, lock
from filingwatch.lock import hold_night
from filingwatch.settings import Settings
with hold_night(Settings(home=pathlib.Path(sys.argv[1]), today=dt.date(2026, 11, 22)),
                ledger.new_run("nightly", dt.date(2026, 11, 22))):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_second_run_declines_and_names_the_first(settings: Settings) -> None:
    """Flow, run, process and start of the holder are in the message; nothing was changed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(settings.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None and first.stdin is not None
        assert first.stdout.readline() == "held\n"
        with (
            pytest.raises(NightTaken, match=rf"nightly .*process {first.pid}, since") as caught,
            hold_night(settings, ledger.new_run("nightly", settings.today)),
        ):
            pass
        assert caught.value.exit_code == 75
        first.kill()
    with hold_night(settings, ledger.new_run("nightly", settings.today)):
        pass  # the killed process does not hold it any more


def test_a_second_run_may_wait(settings: Settings) -> None:
    """With time to wait, it takes the night when the first ends."""
    patient = replace(settings, lock_wait_seconds=30.0)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(settings.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None and first.stdin is not None
        assert first.stdout.readline() == "held\n"
        first.stdin.write("\n")
        first.stdin.flush()
        with hold_night(patient, ledger.new_run("nightly", settings.today)):
            assert first.wait(timeout=10) == 0


def test_everybody_waits_for_a_backfill(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes hours and gives up the lock every few minutes: a night says that it waits and takes its turn, instead of
    declining; another backfill declines."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD.replace('"nightly"', '"backfill"'), str(settings.home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as first:
        assert first.stdout is not None and first.stdin is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(NightTaken), hold_night(settings, ledger.new_run("backfill", settings.today)):
            pass
        said: list[str] = []

        def end_the_window(words: str, *arguments: object) -> None:
            said.append(words % arguments)
            first.communicate("the window is done\n")

        monkeypatch.setattr(lock._log, "warning", end_the_window)
        with hold_night(settings, ledger.new_run("nightly", settings.today)):
            assert len(said) == 1 and f"process {first.pid}" in said[0]
