"""A night's part as a process of its own: lands what the inbox holds, again and again, until a file says stop.

python -m tests.browser.landing HOME STOP_FILE; prints how many it landed in all.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from pathlib import Path

from filingwatch import ledger, warehouse
from filingwatch.decisions import land_decisions
from filingwatch.settings import Settings


def main(home: str, stop: str) -> None:
    settings = Settings(home=Path(home), today=dt.date(2026, 11, 22))
    run, landed, is_last = ledger.Run("lander", "nightly", settings.today, warehouse.utc_now()), 0, False
    while not is_last:
        is_last = Path(stop).exists()
        with warehouse.writer(settings) as con:
            landed += land_decisions(con, settings, run)
        time.sleep(0.05)
    print(landed)


if __name__ == "__main__":
    main(*sys.argv[1:])
