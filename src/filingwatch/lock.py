"""Whose night it is: a lock outside DuckDB, so that two runs never take turns in the middle of each other."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from filingwatch.errors import NightTaken
from filingwatch.ledger import Run
from filingwatch.settings import Settings

PATIENT_FLOW = "backfill"
"""The flow that gives up the lock every few minutes, so that every other run waits for its turn."""
SHORT_FLOW = "as-of"
"""The flow that holds the lock only while it copies, so that every run waits for it."""
PATIENCE_SECONDS = 3600.0

_log = logging.getLogger("filingwatch")


@contextmanager
def hold_night(settings: Settings, run: Run) -> Iterator[None]:
    """Hold the working file for this run; the operating system frees it when the process ends, however it ends.

    Raises:
        NightTaken: another run holds it and did not end within `lock_wait_seconds`; says which. A backfill is waited
            for longer, as it lets others in between.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    lock, note = FileLock(settings.home / "night.lock"), settings.home / "night.json"
    try:
        _acquire(lock, note, settings, run)
    except Timeout as error:
        raise NightTaken(
            f"Another run holds {settings.home}: {_holder(_read(note))}. "
            "This one declined and changed nothing; it may be started again when that one has ended."
        ) from error
    try:
        note.write_text(
            json.dumps(
                {"pid": os.getpid(), "run": run.run_id, "flow": run.flow, "since": f"{run.started_at:%F %T} UTC"}
            )
        )
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _acquire(lock: FileLock, note: Path, settings: Settings, run: Run) -> None:
    try:
        lock.acquire(timeout=settings.lock_wait_seconds, poll_interval=0.2)
    except Timeout:
        worth_waiting = {SHORT_FLOW} if run.flow == PATIENT_FLOW else {SHORT_FLOW, PATIENT_FLOW}
        if not any(f'"flow": "{flow}"' in _read(note) for flow in worth_waiting):
            raise
        _log.warning("filingwatch: waiting until the working file is free for a moment: %s", _holder(_read(note)))
        lock.acquire(timeout=PATIENCE_SECONDS, poll_interval=0.2)


def _read(note: Path) -> str:
    try:
        return note.read_text()
    except OSError:
        return ""


def night_holder(settings: Settings) -> str | None:
    """Which run holds the home now, in words; None when it is free. Does not touch the lock itself."""
    note = settings.home / "night.json"
    try:
        text = note.read_text()
        os.kill(int(json.loads(text)["pid"]), 0)
    except (OSError, ValueError, KeyError):  # no note, or the note of a run that was cut off
        return None
    return _holder(text)


def _holder(note: str) -> str:
    try:
        known = json.loads(note)
        return f"{known['flow']} {known['run']}, process {known['pid']}, since {known['since']}"
    except (ValueError, KeyError):
        return "it has not said which"
