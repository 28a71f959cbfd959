"""Run a fake office by hand: `python -m tests.fake_offices ops --port 8101`, then point a night at it."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import threading

from tests.fake_offices.holdings import QUERY_CLASSES, QUERY_TERMS, invent_holdings
from tests.fake_offices.serving import GENERIC_FAULTS, FakeOffice, Faults

OFFICES = {"ops": "FakeOps", "docdb": "FakeDocdb", "uspto": "FakeUspto", "lens": "FakeLens"}
HINTS = {
    "ops": "FILINGWATCH_OPS_KEY=key FILINGWATCH_OPS_SECRET=secret FILINGWATCH_OPS_URL={url}",
    "docdb": "FILINGWATCH_DOCDB_URL={url}",
    "uspto": "FILINGWATCH_USPTO_KEY=key FILINGWATCH_USPTO_URL={url}",
    "lens": "FILINGWATCH_LENS_TOKEN=token FILINGWATCH_LENS_URL={url}",
}


def office_class(name: str) -> type[FakeOffice]:
    return getattr(importlib.import_module(f"tests.fake_offices.{name}"), OFFICES[name])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fake_offices", description=__doc__)
    parser.add_argument("office", choices=sorted(OFFICES))
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    parser.add_argument("--count", type=int, default=500, help="publications that the office holds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--today", type=dt.date.fromisoformat, default=dt.datetime.now(dt.UTC).date())
    parser.add_argument("--days", type=int, default=30, help="over how many days before today they were published")
    parser.add_argument("--faults", type=float, default=0.0, metavar="SHARE", help="share of requests that go wrong")
    chosen = parser.parse_args()
    kind = office_class(chosen.office)
    first = chosen.today - dt.timedelta(days=chosen.days)
    holdings = invent_holdings(
        chosen.seed, chosen.count, first, chosen.today, office="US" if chosen.office == "uspto" else None, matching=0.5
    )
    faults = Faults(chosen.seed, chosen.faults, GENERIC_FAULTS + kind.own_faults)
    with kind(holdings, faults=faults, today=chosen.today).serving(chosen.port) as url:
        print(f"{chosen.office} with {len(holdings)} invented publications at {url}", flush=True)
        print(f"  a night against it: {HINTS[chosen.office].format(url=url)} filingwatch ingest")
        print(
            f"  a watch that it answers: terms {', '.join(QUERY_TERMS)}; classes {', '.join(QUERY_CLASSES)}", flush=True
        )
        threading.Event().wait()


if __name__ == "__main__":
    main()
