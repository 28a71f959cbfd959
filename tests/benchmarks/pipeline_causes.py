"""How often planted causes of the pipeline and real shifts are told apart: the scenario of the unit test, many draws.

    PYTHONPATH=tests/unit nice python tests/benchmarks/pipeline_causes.py [--draws 10]

SYNTHETIC. For each cause so many offices with the cause alone, with a real shift (times 3) beside it, with the shift
alone, and with nothing, in one home; the office's name says which. Counts offices, not changepoints.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from test_pipeline_findings import AFTER, BEFORE, PLANTED, REAL, Office, draw, new_home

from filingwatch.settings import Settings

KINDS = {"A": "cause alone", "B": "cause and real shift", "C": "real shift alone", "D": "nothing"}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--draws", type=int, default=10)
    draws = asked.parse_args().draws
    print(f"{'cause':15} {'offices':22} {'':>5} {'monitors told':>14} {'ops told':>9}")
    for cause, plant in PLANTED.items():
        offices = {}
        for number in range(draws):
            seed = 1000 + 10 * number
            offices[f"A{number}"] = Office(draw(seed, 40), **plant(seed + 1, None))
            offices[f"B{number}"] = Office(draw(seed + 2, 40, REAL), **plant(seed + 3, REAL))
            offices[f"C{number}"] = Office(draw(seed + 4, 40, REAL))
            offices[f"D{number}"] = Office(draw(seed + 5, 40))
        with (
            tempfile.TemporaryDirectory() as folder,
            new_home(Settings(home=Path(folder) / "home", today=AFTER)) as home,
        ):
            home.night(BEFORE, offices, is_new=cause == "source lost")
            home.night(AFTER, offices, cause)
            told = {audience: home.told(audience) for audience in ("monitor", "ops")}
        for kind, words in KINDS.items():
            monitors, ops = (sum(name.startswith(kind) for name in told[one]) for one in ("monitor", "ops"))
            print(f"{cause:15} {words:22} {draws:5} {monitors:14} {ops:9}")


if __name__ == "__main__":
    main()
