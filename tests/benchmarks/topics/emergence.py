"""How soon an emerging topic is found, and how often one is announced where there is none. All filings are SYNTHETIC.

    .venv/bin/python tests/benchmarks/topics/emergence.py delay --seeds 5
    .venv/bin/python tests/benchmarks/topics/emergence.py score --seeds 20
    .venv/bin/python tests/benchmarks/topics/emergence.py shuffles --shuffles 200

`delay` walks through nights at the ends of months in demo worlds in which a subject begins, with the topic job (its
refits and all) and the emergence job as they run every night; which filings are relevant is taken from the truth.
`score` does the same with the true fields as topics, so that it tells of the score alone. `shuffles` takes the topics
of the last night of such a world, the planted one among them, deals the dates of publication anew, and looks at the end
of every month for five years: what is announced then is chance.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from filingwatch import ledger
from filingwatch.jobs.base import run_jobs
from filingwatch.jobs.emergence import EmergenceJob
from filingwatch.jobs.topics import TopicJob
from filingwatch.resources import shipped_watches
from filingwatch.settings import Settings
from filingwatch.sources.demo import truth
from filingwatch.sources.demo.compose import describe_act
from filingwatch.sources.demo.world import World, list_acts
from filingwatch.topics.emergence import judge_topics
from filingwatch.warehouse import writer
from filingwatch.watch import read_watch

BORN = dt.date(2026, 11, 30)
BEGINS = dt.date(2025, 1, 1)
MOST_MONTHS_AFTER = 9
"""So long after the tenth filing a walk gives up."""


def read_world(seed: int, scale: float, until: dt.date) -> pl.DataFrame:
    """The relevant inventions of a world with a beginning, as told by a day: one row an invention."""
    rows = {}
    # two publications of one invention have its draw in common
    for act in list_acts(World(seed, BORN, scale, BEGINS), None, until):
        if act.invention.field.is_of_interest and act.what == "published" and act.invention.draw not in rows:
            filing = describe_act(act)
            rows[act.invention.draw] = (
                str(act.publication),
                "\n".join(text.text for text in filing.texts),
                act.publication.office,
                "utility_model" if act.publication.kind in ("U", "Y") else "invention",
                act.told_on,
                sorted({party.name.split("(")[0].strip() for party in filing.parties}),
                [str(one.symbol) for one in filing.classifications],
                act.invention.field.name,
            )
    names = ["invention_id", "text", "office", "patent_type", "publication_date", "applicant_groups", "symbol", "field"]
    return pl.DataFrame(list(rows.values()), names, orient="row")


@contextmanager
def open_home() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty working file with the tables that both jobs read."""
    with tempfile.TemporaryDirectory() as folder, writer(Settings(home=Path(folder), today=BORN)) as con:
        con.execute("create schema core; create schema intermediate")
        con.execute("create table core.fct_invention (invention_id varchar, text varchar)")
        con.execute("create table core.bridge_invention_classification (invention_id varchar, symbol varchar)")
        yield con


def show(con: duckdb.DuckDBPyConnection, filings: pl.DataFrame, watch: str) -> None:
    """Put what is published by a night into the tables."""
    con.execute("delete from core.fct_invention; delete from core.bridge_invention_classification")
    con.execute("delete from ml.relevance")
    ledger.insert(con, "core.fct_invention", filings.select("invention_id", "text"))
    ledger.insert(
        con, "core.bridge_invention_classification", filings.select("invention_id", "symbol").explode("symbol")
    )
    con.execute(
        "insert into ml.relevance by name select ? as watch, invention_id, 1.0 as probability, true as is_relevant, "
        "'rule' as decided_by, [] as words_for, [] as words_against, 'm' as model_id, hash(text) as document_hash "
        "from core.fct_invention",
        [watch],
    )
    con.execute("create or replace temp table told as from filings")
    con.execute(
        "create or replace view intermediate.int_topic_filing as "
        "select ml.filing_topic.watch, invention_id, topic_id, office, patent_type, publication_date, applicant_groups "
        "from told left join ml.filing_topic using (invention_id)"
    )


def run_night(con: duckdb.DuckDBPyConnection, filings: pl.DataFrame, day: dt.date) -> dict[str, dict]:
    """One night of both jobs; returns their figures."""
    watch = read_watch(shipped_watches() / "smart_cities.yaml")
    show(con, filings.filter(pl.col("publication_date") <= day), watch.watch)
    outcomes = run_jobs(con, [TopicJob(), EmergenceJob()], [watch], ledger.new_run("nightly", day))
    return {one.job: dict(one.figures) for one in outcomes}


def month_ends(first: dt.date, last: dt.date) -> list[dt.date]:
    """The last days of the months from one day on to another."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ends = [dt.date((month + 1) // 12, (month + 1) % 12 + 1, 1) - dt.timedelta(days=1) for month in months]
    return [day for day in ends if first <= day <= last]


def measure_delay(seed: int, scale: float) -> None:
    """Walk through the nights of one world and print when the planted topic was announced."""
    filings = read_world(seed, scale, BORN)
    planted = filings.filter(pl.col("field") == truth.BEGINNING_FIELD).sort("publication_date")
    tenth = planted["publication_date"][9]
    others: Counter[str] = Counter()
    with open_home() as con:
        for day in month_ends(BEGINS - dt.timedelta(days=62), BORN):
            figures = run_night(con, filings, day)
            rows = con.execute(
                "select emergence.topic_id, is_emerging, name from ml.topic_emergence as emergence "
                "join ml.topic using (topic_id) where is_emerging"
            ).fetchall()
            members = con.execute(
                "select topic_id, count(*) filter (where field = ?) as of_it, count(*) as n from told "
                "join ml.filing_topic using (invention_id) group by topic_id",
                [truth.BEGINNING_FIELD],
            ).pl()
            [best] = members.sort("of_it", "topic_id").tail(1).rows()
            there = planted.filter(pl.col("publication_date") <= day).height
            f1 = 2 * best[1] / (there + best[2])
            print(f"seed {seed} {day}: published {there}, best topic {best[1]} of {best[2]} (F1 {f1:.2f}), "
                  f"topics {figures['topics'].get('topics')}, refit {figures['topics'].get('refitted_because')}",
                  flush=True)  # fmt: skip
            for topic, _, name in rows:
                share = members.filter(pl.col("topic_id") == topic).select(pl.col("of_it") / pl.col("n"))
                if not share.is_empty() and share.item() > 0.5:
                    print(f"seed {seed}: FOUND on {day}, {(day - tenth).days} days after the tenth ({tenth}): {name}")
                    print(f"seed {seed}: others announced {dict(others)}", flush=True)
                    return
                others[name] += 1
            if day > tenth + dt.timedelta(days=31 * MOST_MONTHS_AFTER):
                break
    print(
        f"seed {seed}: NOT FOUND {(day - tenth).days} days after the tenth ({tenth}); others {dict(others)}", flush=True
    )


def measure_score(seed: int, scale: float) -> None:
    """The same with the true fields as topics."""
    filings = read_world(seed, scale, BORN).select(
        "publication_date",
        topic_id=pl.col("field"),
        stratum=pl.col("office") + " " + pl.col("patent_type"),
        groups=pl.col("applicant_groups"),
    )
    topics = sorted(filings["topic_id"].unique())
    seen = filings.filter(pl.col("topic_id") == truth.BEGINNING_FIELD)["publication_date"].sort()
    found, others = None, set()
    for day in month_ends(BEGINS, BORN):
        said = judge_topics(filings.filter(pl.col("publication_date") <= day), topics, day)
        emerging = set(said.filter("is_emerging")["topic_id"])
        found = found or (day if truth.BEGINNING_FIELD in emerging else None)
        others |= emerging - {truth.BEGINNING_FIELD}
    late = None if found is None else (found - seen[9]).days
    there = 0 if found is None else (seen <= found).sum()
    print(f"seed {seed}: tenth on {seen[9]}, found on {found}: {late} days, with {there}; others {others}", flush=True)


def measure_shuffles(seed: int, scale: float, shuffles: int, looks: int) -> None:
    """Deal the dates anew and count the worlds in which any look announces any topic."""
    filings = read_world(seed, scale, BORN)
    with open_home() as con:
        run_night(con, filings, BORN)
        told = con.execute(
            "select topic_id, office || ' ' || patent_type as stratum, publication_date, applicant_groups as groups "
            "from intermediate.int_topic_filing order by invention_id"
        ).pl()
    days = month_ends(BORN - dt.timedelta(days=366 * 5), BORN)[-looks:]
    topics = sorted(told["topic_id"].drop_nulls().unique())
    real = judge_topics(told, topics, BORN).filter("is_emerging")
    print(f"{told.height} filings, {len(topics)} topics; with their own dates {real.height} emerging", flush=True)
    rng, started = np.random.default_rng(seed), time.monotonic()
    announced = 0
    for number in range(shuffles):
        dealt = told.with_columns(publication_date=pl.Series(rng.permutation(told["publication_date"].to_numpy())))
        hits = sum(judge_topics(dealt, topics, day)["is_emerging"].any() for day in days)
        announced += hits > 0
        if hits or number % 20 == 19:
            print(f"shuffle {number + 1}: announced in {announced}, {time.monotonic() - started:.0f} s", flush=True)
    print(f"{announced} of {shuffles} shuffles announce a topic in {len(days)} monthly looks")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("delay", "score", "shuffles"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--shuffles", type=int, default=200)
    parser.add_argument("--looks", type=int, default=60)
    asked = parser.parse_args()
    if asked.what in ("delay", "score"):
        for one in range(2015, 2015 + asked.seeds):
            (measure_delay if asked.what == "delay" else measure_score)(one, asked.scale)
    else:
        measure_shuffles(2015, asked.scale, asked.shuffles, asked.looks)
