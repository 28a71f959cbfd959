"""Companies over time: properties of the marts that hold whatever the filings are."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from typing import Any

import duckdb
import numpy as np
import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dbt.conftest import Built

HANDS = st.lists(st.sets(st.sampled_from("abcdefg"), max_size=3), min_size=1, max_size=60)
"""Of each filing the groups behind it; none is allowed."""


def test_companies_of_the_landing_are_first_in_what_is_held(built: Built) -> None:
    """Each of the two companies with a relevant, dated filing is there at its office and for all offices together."""
    rows = built.rows(
        "select office, group_id, filing_count, filing_rank, company_count from insight.fct_company_first_move "
        "where subject_kind = 'all' order by office, filing_rank"
    )
    assert [row[0] for row in rows] == ["*", "*", "CN", "CN"]
    assert {row[1] for row in rows} == {"hikvision", "ping_an"}
    assert [row[2:] for row in rows] == [(1, 1, 2), (1, 2, 2)] * 2


@given(HANDS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_shares_add_up_and_the_index_stays_in_its_bounds(built: Built, hands: list[set[str]]) -> None:
    """The index lies in [1/companies, 1], the largest share in it too; corrected it is the chance of one pair."""
    [row] = [row for row in _concentration(built, hands) if row["holders"] == "group"]
    held = [filing for filing in hands if filing]
    companies = set().union(*hands)
    assert (row["filing_count"], row["held_filing_count"], row["company_count"]) == (
        len(hands), len(held), len(companies)
    )  # fmt: skip
    assert math.isclose(row["without_holder_share"], 1 - len(held) / len(hands), abs_tol=1e-12)
    assert row["joint_count"] == sum(len(filing) - 1 for filing in held)
    if not held:
        assert row["herfindahl"] is row["top_1_share"] is row["top_4_share"] is row["herfindahl_corrected"] is None
        return
    assert 1 / len(companies) - 1e-9 <= row["herfindahl"] <= 1 + 1e-9
    assert 1 / len(companies) - 1e-9 <= row["top_1_share"] <= row["top_4_share"] + 1e-9 <= 1 + 2e-9
    if len(companies) <= 4:
        assert math.isclose(row["top_4_share"], 1)
    if len(held) < 10:
        assert row["herfindahl_corrected"] is row["herfindahl_low"] is row["herfindahl_high"] is None
        return
    assert 0 <= row["herfindahl_low"] <= row["herfindahl_corrected"] <= row["herfindahl_high"] <= 1
    if not row["joint_count"]:
        counts = Counter(next(iter(filing)) for filing in held)
        pairs = sum(n * (n - 1) for n in counts.values()) / (len(held) * (len(held) - 1))
        assert math.isclose(row["herfindahl_corrected"], pairs, abs_tol=1e-9)


def test_the_interval_of_the_index_covers_it(built: Built) -> None:
    """Of 200 years of 40 filings from five companies with known shares, the interval holds the truth in nine of ten.

    Nominal are 95 %; the shares in the error are estimated, which costs some. Drawn with seed 7.
    """
    shares = [0.4, 0.3, 0.15, 0.1, 0.05]
    draws = np.random.default_rng(7).choice(list("abcde"), size=(200, 40), p=shares)
    truth = sum(share * share for share in shares)
    frames = [[{str(name)} for name in draw] for draw in draws]
    rows = [row for row in _concentration(built, *frames) if row["holders"] == "group"]
    assert len(rows) == 200
    covered = sum(row["herfindahl_low"] <= truth <= row["herfindahl_high"] for row in rows)
    assert covered >= 180
    assert abs(float(np.mean([row["herfindahl_corrected"] for row in rows])) - truth) < 0.01
    assert float(np.mean([row["herfindahl"] for row in rows])) - truth > 0.01


def test_companies_that_did_not_turn_seldom_seem_to(built: Built) -> None:
    """Of 400 companies with the same mix before and after at most 4 % turn to something; a planted turn is found.

    Companies file 40 and 80 times; one in five filings is in the technology. Drawn with seed 5.
    """
    rng = np.random.default_rng(5)
    filings = [
        (f"c{company}", is_recent, bool(is_face))
        for company in range(400)
        for is_recent, count in ((True, 40), (False, 80))
        for is_face in rng.random(count) < 0.2
    ]
    filings += [("turner", True, place < 20) for place in range(40)]
    filings += [("turner", False, place < 8) for place in range(80)]
    rows = _turns(built, filings)
    verdicts = Counter(row["verdict"] for row in rows if row["group_id"] != "turner")
    assert verdicts["turned to"] <= 16
    [turner] = [row for row in rows if row["group_id"] == "turner"]
    assert turner["verdict"] == "turned to"
    assert turner["ratio_low"] < 5 < turner["ratio_high"]
    assert turner["relative_ratio_low"] > 1


def _concentration(built: Built, *years: list[set[str]]) -> list[dict[str, Any]]:
    """The compiled model on invented filings: a list for each year from 1600 on, the groups behind each filing."""
    filings = [
        {"invention_id": f"{place}-{year}", "filing_date": dt.date(1600 + year, 6, 1), "groups": sorted(groups)}
        for year, hands in enumerate(years)
        for place, groups in enumerate(hands)
    ]
    frame = pl.DataFrame(
        filings, schema={"invention_id": pl.String, "filing_date": pl.Date, "groups": pl.List(pl.String)}
    )
    holders = frame.explode("groups").drop_nulls("groups").select(
        "invention_id", holder_id="groups", is_group=pl.lit(True)
    )  # fmt: skip
    return _ask(built, "insight/fct_concentration", frame.drop("groups"), {"int_invention_holder": holders})


def _turns(built: Built, filings: list[tuple[str, bool, bool]]) -> list[dict[str, Any]]:
    """The compiled model on invented filings: company, whether recent, whether in the technology."""
    recent, before = dt.date(2023, 1, 15), dt.date(2018, 1, 15)
    frame = pl.DataFrame(
        {
            "invention_id": [str(place) for place in range(len(filings))],
            "filing_date": [recent if is_recent else before for _, is_recent, _ in filings],
            "group_id": [company for company, _, _ in filings],
            "is_face": [is_face for *_, is_face in filings],
        }
    )
    groups = frame.select("invention_id", "group_id")
    return _ask(built, "insight/fct_company_turn", frame.drop("group_id"), {"bridge_invention_group": groups})


def _ask(built: Built, model: str, filings: pl.DataFrame, others: dict[str, pl.DataFrame]) -> list[dict[str, Any]]:
    """A compiled model on the filings, in all and, where marked, in one technology; published a year after filing."""
    folder = built.settings.dbt_state / "target" / "compiled" / "filingwatch" / "models"
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as filingwatch")
        con.execute("use filingwatch")
        for schema in ("core", "intermediate"):
            con.execute(f"create schema {schema}")
        con.register("given", filings)
        # one late filing of nobody sets the day until which publications are known
        con.execute(
            "create table intermediate.int_subject_filing as select 'w' as watch, 'all' as subject_kind, "
            "'all' as subject, invention_id, 'CN' as office, filing_date, "
            "(filing_date + interval 1 year)::date as publication_date, false as is_synthetic from given"
        )
        if "is_face" in filings.columns:
            con.execute(
                "insert into intermediate.int_subject_filing select 'w', 'technology', 'face', invention_id, 'CN', "
                "filing_date, (filing_date + interval 1 year)::date, false from given where is_face"
            )
            con.execute(
                "insert into intermediate.int_subject_filing values "
                "('w', 'all', 'all', 'late', 'CN', '2024-12-01', '2025-12-15', false)"
            )
        for name, rows in others.items():
            con.register("rows", rows)
            schema = "intermediate" if name.startswith("int_") else "core"
            con.execute(f"create table {schema}.{name} as select * from rows")
            con.unregister("rows")
        return con.execute((folder / f"{model}.sql").read_text(encoding="utf-8")).pl().to_dicts()
