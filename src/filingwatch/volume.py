"""Whether a source brought as much tonight as it used to: an office that answers "200 OK" with nothing is noticed.

Too little makes a source degraded and is told to ops, and closes no gate: one office down never stops the others.
Too much stays with the gate (`quality`), since it would be published.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections.abc import Sequence
from itertools import groupby

import duckdb

from filingwatch import ledger
from filingwatch.decisions import VOLUME

LEAST_NIGHTS = 5
"""Earlier nights needed before anything is compared."""
MOST_NIGHTS, MOST_DAYS = 60, 90
"""How far back is looked. A lasting change of volume is thereby taken for normal after three months at the latest."""
SPREAD_UNITS, LEAST_SPREAD = 4.0, 0.35
"""The band is wide on purpose, a factor of 4 at the least: offices publish weekly and take holidays."""


# Nights that fell short are no examples, or a silence would soon be usual, until a person has accepted one: what was
# usual before it is then forgotten.
_HISTORY = """
with

night as (
    select as_of, record_count, ended from ops.night_volume
    where source = ? and as_of >= ? and as_of < ? and has_succeeded
),

accepted as (
    select max(as_of) as as_of from night
    where ended = 'degraded'
        and as_of <= (select max(decided_at)::date from raw.decision where kind = 'batch_accepted' and subject = ?)
),

forgotten as (
    select max(as_of) as as_of from night
    where ended in ('ok', 'nothing_new') and as_of < (select as_of from accepted)
)

select record_count from night
where (ended in ('ok', 'nothing_new') or ended = 'degraded' and as_of <= (select as_of from accepted))
    and as_of > coalesce((select as_of from forgotten), date '1900-01-01')
order by as_of desc
limit ?
"""

# Degraded nights are counted as well: the silence goes on.
_SILENT = """
with night as (
    select as_of, record_count from ops.night_volume
    where source = ? and as_of >= ? and as_of < ? and has_succeeded and ended in ('ok', 'nothing_new', 'degraded')
)

select count(*) from night
where as_of > coalesce((select max(as_of) from night where record_count > 0), date '1900-01-01')
"""


def find_collapse(con: duckdb.DuckDBPyConnection, run: ledger.Run, source: str) -> str | None:
    """In words, how much less than usual a source brought on the day of this run; None when it is not less."""
    nights = [source, run.as_of - dt.timedelta(days=MOST_DAYS), run.as_of]
    rows = con.execute(_HISTORY, [*nights, f"{VOLUME}{source}", MOST_NIGHTS]).fetchall()
    silent = con.execute(_SILENT, nights).fetchall()[0][0]
    tonight = con.execute(
        "select coalesce(sum(record_count), 0)::bigint from ops.night_volume where source = ? and as_of = ?",
        [source, run.as_of],
    ).fetchall()[0][0]
    words = judge_volume(tonight, [row[0] for row in reversed(rows)], silent)
    return None if words is None else f"{words} {_TO_DO.format(source=source)}"


def judge_volume(tonight: int, history: Sequence[int], silent: int = 0) -> str | None:
    """In words, how tonight falls short of earlier nights (oldest first); None when it does not.

    `silent` is how many nights have brought nothing just before, where some of them are no examples.
    """
    if len(history) < LEAST_NIGHTS:
        return None
    usual = f"{len(history)} earlier nights brought {statistics.median(history):,.0f} in the middle"
    low = lowest_usual(history)
    if tonight < low:
        return f"Only {tonight:,} records came, at least {low:,} were expected: {usual}."
    busy = [count for count in history if count]
    if tonight and 2 * len(busy) <= len(history) and len(busy) >= LEAST_NIGHTS and tonight < lowest_usual(busy):
        usual = f"{len(busy)} earlier nights with any brought {statistics.median(busy):,.0f} in the middle"
        return f"Only {tonight:,} records came, at least {lowest_usual(busy):,} were expected: {usual}."
    silence = 0 if tonight else 1 + max(silent, _silent_nights(history))
    longest = _longest_silence(history)
    if len(busy) >= LEAST_NIGHTS and silence > 2 * longest + 2:
        return f"Nothing came for {silence} nights, never for more than {longest} before: {usual}."
    return None


def lowest_usual(history: Sequence[int]) -> int:
    """The lower end of what is usual; 0 or below when an empty night is."""
    logs = [math.log1p(count) for count in history]
    middle = statistics.median(logs)
    spread = max(1.4826 * statistics.median(abs(log - middle) for log in logs), LEAST_SPREAD)
    ordered = sorted(history)
    place = 0.05 * (len(ordered) - 1)
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    fifth = below + (place - math.floor(place)) * (above - below)
    return math.floor(min(math.expm1(middle - SPREAD_UNITS * spread), fifth))


def _silent_nights(nights: Sequence[int]) -> int:
    """How many nights without any record stand at the end."""
    return next((index for index, count in enumerate(reversed(nights)) if count), len(nights))


def _longest_silence(history: Sequence[int]) -> int:
    """The longest run of empty nights that ended with a record."""
    ended = history[: len(history) - _silent_nights(history)]
    return max((len(list(run)) for is_empty, run in groupby(ended, key=lambda n: n == 0) if is_empty), default=0)


_TO_DO = (
    "The office may answer only in part: look at its requests in ops.outcome and ask it by `filingwatch sources`. When "
    "it is right as it is, `filingwatch decide batch_accepted volume:{source} accepted --why ...` makes it the new "
    "usual."
)
