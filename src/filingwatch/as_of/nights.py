"""A past night of the changepoint job, asked again on the file of its day: whether it gives the same answer."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from filingwatch import ledger
from filingwatch.as_of.making import make_file
from filingwatch.jobs import changepoint_replay
from filingwatch.jobs.changepoint_replay import Replay
from filingwatch.lock import SHORT_FLOW, hold_night
from filingwatch.settings import Settings
from filingwatch.warehouse import attach_working, scratch


def replay_night(settings: Settings, day: dt.date) -> list[Replay]:
    """Run the changepoint job of a past night again from what was known then, and compare it with what it said then.

    Nothing is written to the home. One answer for each watch that had been looked at by the end of the day.

    Raises:
        BadInput: the day lies ahead, or before the first data.
        NightTaken, Transient: a run holds the working file; says which.
    """
    with tempfile.TemporaryDirectory() as folder:
        then = Path(folder) / "then.duckdb"
        make_file(settings, day, "ours", then)
        with hold_night(settings, ledger.new_run(SHORT_FLOW, day)), scratch() as con:
            attach_working(con, settings)
            con.execute(f"attach '{then}' as night_then (read_only)")
            con.execute("use working")
            return changepoint_replay.replay_night(con, day, "night_then")
