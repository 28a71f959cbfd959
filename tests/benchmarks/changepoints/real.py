"""What the detector says of real series, and whether it is taken in by their under-reported ends.

    python -m tests.benchmarks.changepoints.real [FOLDER] [--every 3]

FOLDER is the folder of real filings (FILINGWATCH_REAL_DATA, by default ../shared/data); a part that is missing is
passed over and named. Nothing here has an annotated truth: read what is found beside what is known of the data.

- Yearly applications by country and field, 2016 to 2025, of which the provider marks 2022 and later as incomplete. How
  incomplete each year is nobody tells, and it cannot be learned from one vintage, as a fall of filing and a lack of
  publication look alike. So the honest way is to leave those years unknown; the naive way counts them. Ten points
  leave at most six to judge: that little is found honestly is as it should be.
- Monthly counts of two exports with filing and publication dates. First publications only (kinds A and U), so that a
  grant is no second filing; months before the export's first publication are left out, as what was published earlier
  is not in it. Replayed every `--every` months after three years of reports, then looked at as complete (naive).
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from filingwatch.changepoints import Changepoint, Detection, calibration, detect, replay
from filingwatch.changepoints.monitoring import is_announced
from filingwatch.changepoints.months import last_day, month_number

DEFAULT = Path(os.environ.get("FILINGWATCH_REAL_DATA") or Path(__file__).resolve().parents[4] / "shared" / "data")
HISTORY_MONTHS = 36
TAIL_SHARE = 0.5
"""The truncated tail: months of which less than this can have been reported at the look."""
WHOLE_SHARE = 0.99
"""From this share on a month counts as complete."""


def read_yearly(folder: Path) -> Iterator[tuple[str, np.ndarray, np.ndarray, int]]:
    """Name, counts, which years are complete, and the first year of every country and field with ten filings."""
    path = folder / "series-ai-patents-by-country" / "patents_yearly_applications.csv"
    if not path.is_file():
        print(f"not there: {path.parent.name}")
        return
    for (country, field), part in (
        pl.read_csv(path).sort("country", "field", "year").group_by("country", "field", maintain_order=True)
    ):
        counts, years = part["num_patent_applications"].to_numpy().astype(float), part["year"].to_numpy()
        if counts.sum() >= 10 and (np.diff(years) == 1).all():
            yield f"{country}, {field}", counts, part["complete"].to_numpy(), int(years[0])


def show_yearly(folder: Path) -> None:
    """Every yearly series the naive and the honest way; the largest one by one."""
    threshold = calibration.threshold_for()
    tally = {"naive": [0, 0, 0], "honest": [0, 0, 0]}
    largest: list[tuple[float, str]] = []
    number = 0
    for name, counts, complete, first in read_yearly(folder):
        number += 1
        said = []
        for way, values in (("naive", counts), ("honest", np.where(complete, counts, np.nan))):
            found = detect(values, has_month_effects=False)
            sure = [one for one in found.changepoints if is_announced(one, threshold)]
            tally[way][0] += len(found.changepoints)
            tally[way][1] += len(sure)
            tally[way][2] += sum(not complete[one.index] for one in found.changepoints)
            said.append(f"{way}: {_describe_years(found, first)}")
        largest.append((float(counts.sum()), f"    {name}: " + "; ".join(said)))
    if not number:
        return
    print(f"yearly applications, {number} series of country and field")
    for way, (found, sure, tail) in tally.items():
        print(f"    {way}: {found} changes found, {sure} sure enough to be announced, {tail} found in incomplete years")
    print("\n".join(line for _, line in sorted(largest, reverse=True)[:12]), flush=True)


def _describe_years(found: Detection, first: int) -> str:
    told = [f"{one.direction} in {first + one.index} (x{one.rate_ratio:.2f})" for one in found.changepoints]
    return ", ".join(told) or found.verdict


def read_monthly(folder: Path) -> Iterator[tuple[str, pl.DataFrame]]:
    """Triangles of first publications, together and by country where there are a thousand."""
    google = folder / "google-patents-ai" / "records_text_dated.parquet"
    lens = folder / "lens-green-concrete" / "patents.parquet"
    parts = []
    if google.is_file():
        frame = pl.read_parquet(google, columns=["country", "kind", "filing_date", "publication_date"])
        parts.append(("google-patents-ai", frame.rename({"publication_date": "report_date"})))
    if lens.is_file():
        frame = pl.read_parquet(lens).select(
            country="jurisdiction",
            kind="publication_reference_kind",
            filing_date=pl.col("application_reference_date").str.to_date(strict=False),
            report_date=pl.col("date_published").str.to_date(strict=False),
        )
        parts.append(("lens-green-concrete", frame))
    for name in {"google-patents-ai", "lens-green-concrete"} - {name for name, _ in parts}:
        print(f"not there: {name}")
    for name, frame in parts:
        known = frame.drop_nulls().filter(pl.col("kind").str.contains("^[AU]"))
        first = known["report_date"].quantile(0.01)  # a few stray old documents are no beginning of an export
        known = known.filter(pl.col("filing_date") >= first)
        yield f"{name}, all", _triangle(known)
        for (country,), part in known.group_by("country", maintain_order=True):
            if len(part) >= 300:
                yield f"{name}, {country}", _triangle(part)


def _triangle(frame: pl.DataFrame) -> pl.DataFrame:
    month = pl.col("filing_date").dt.truncate("1mo").alias("reference_month")
    return frame.group_by(month, "report_date").agg(count=pl.len()).sort("reference_month", "report_date")


def show_monthly(name: str, triangle: pl.DataFrame, every: int) -> None:
    """What every look announced, what the last one says, and what the raw counts would have said."""
    first, last = (month_number(day) for day in (triangle["report_date"].min(), triangle["report_date"].max()))
    # the last month of an export need not be whole
    looks = [last_day(month) for month in range(last - 1, first + HISTORY_MONTHS, -every)][::-1]
    if not looks:
        print(f"{name}: less than {HISTORY_MONTHS} months of reports")
        return
    seen = replay(triangle, looks=looks)
    print(f"{name}: {triangle['count'].sum()} filings of {triangle['reference_month'].min():%Y-%m} to "
          f"{triangle['reference_month'].max():%Y-%m}, {len(looks)} looks from {looks[0]} to {looks[-1]}")  # fmt: skip
    in_tail = 0
    for look in seen:
        for one in look.announced:
            reported = float(look.completeness[one.index])
            in_tail += reported < TAIL_SHARE
            print(f"    announced {look.as_of}: {_describe(one)}; that month was {reported:.0%} reported")
    if not any(look.announced for look in seen):
        print("    nothing announced")
    end = seen[-1]
    print(f"    announced in a month less than {TAIL_SHARE:.0%} reported: {in_tail}")
    print(f"    the last look finds: {_describe_all(end.detection)}")
    raw = detect(end.counts, start=end.start)
    complete_until = int(np.flatnonzero(end.completeness < WHOLE_SHARE).min(initial=len(end.counts)))
    wrong = sum(one.index >= complete_until for one in raw.changepoints)
    print(f"    raw counts as if complete: {_describe_all(raw)}; {wrong} of them after the last complete month",
          flush=True)  # fmt: skip


def _describe(one: Changepoint) -> str:
    low, high = one.period_interval or ("?", "?")
    return (
        f"{one.kind} {one.direction} in {one.period} ({low} to {high}), x{one.rate_ratio:.2f}, "
        f"growth {one.growth_change:+.2f}, evidence {one.evidence:.1f}"
    )


def _describe_all(found: Detection) -> str:
    spikes = f"; {len(found.spikes)} spikes set aside" if found.spikes else ""
    return (" | ".join(map(_describe, found.changepoints)) or found.verdict) + spikes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=DEFAULT)
    parser.add_argument("--every", type=int, default=3, help="months from look to look")
    chosen = parser.parse_args()
    show_yearly(chosen.folder)
    for name, triangle in read_monthly(chosen.folder):
        show_monthly(name, triangle, chosen.every)


if __name__ == "__main__":
    main()
