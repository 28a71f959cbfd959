"""Who, what, when, where: the marts that answer the questions of a study, on small tables."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dbt.conftest import Built

PATENTS = {"dim_publication", "fct_invention", "stg_publication", "int_publication"}
EXPORTS = {"fct_export_case", "stg_export_case", "export_statement", "fct_export_statement"}


def test_questions_count_what_is_relevant(built: Built) -> None:
    """Technology, company and topic months hold each relevant, dated filing of theirs once."""
    assert built.rows(
        "select technology, office, patent_type, filing_month, filing_count "
        "from insight.fct_technology_month order by 1"
    ) == [
        ("cameras", "CN", "invention", dt.date(2014, 1, 1), 1),
        ("lamps", "CN", "invention", dt.date(2016, 3, 1), 1),
    ]
    assert built.rows("select group_id, sum(filing_count) from insight.fct_company_month group by all order by 1") == [
        ("hikvision", 1), ("ping_an", 1)
    ]  # fmt: skip


def test_diffusion_is_seen_through_the_family(built: Built) -> None:
    """The European application came first, so the American one is the extension; a grant adds no row."""
    assert built.rows(
        "select first_office, office, first_publication_date, after_first_days, belt_and_road_on_date "
        "from insight.fct_diffusion"
    ) == [("EP", "US", dt.date(2018, 6, 5), 734, "no")]


def test_a_series_can_be_read_against_all_filings(built: Built) -> None:
    """A month that the chosen source does not know is unknown and never 0; so is a series with an office unknown."""
    months = built.rows(
        "select filing_month, filing_count, background_count, background_share from insight.fct_series_month "
        "where series_id = 'towns/office=CN/patent_type=invention' order by 1"
    )
    assert months[0] == (dt.date(2014, 1, 1), 2, 100, 0.02)
    assert months[1] == (dt.date(2014, 2, 1), 1, None, None)
    assert built.rows(
        "select distinct background_count, background_share from insight.fct_series_month where series_id = 'towns/all'"
    ) == [(None, None)]
    assert built.rows(
        "select source, month_count, complete_month_count, is_chosen from core.dim_background order by 1"
    ) == [("counts", 17, 17, True), ("stream", 1, 0, False)]


def test_export_cases_know_the_firm_and_the_membership_of_the_day(built: Built) -> None:
    """A firm by its alias; a year in which membership began says nothing of the day, nor does an unknown beginning."""
    assert built.rows(
        "select country, group_id, belt_and_road_on_date, source from insight.fct_export_case order by 1"
    ) == [("IT", "hikvision", "unknown date", "a newspaper"), ("KE", "hikvision", "yes", "a newspaper")]


def test_no_mart_joins_exports_with_patents(built: Built) -> None:
    """A filing shows protection sought, an export what was delivered: no table rests on both."""
    parents = built.manifest["parent_map"]
    mixed = [
        name
        for name in parents
        if name.startswith("model.")
        if (above := {one.split(".")[-1] for one in _ancestors(parents, name)}) & EXPORTS and above & PATENTS
    ]
    assert mixed == []
    assert any(name.endswith("export_statement") for name in parents)


def test_exposure_and_diffusion_say_what_they_do_not_show(built: Built) -> None:
    """The sentence that a filing is no deployment travels with the tables."""
    words = dict(built.rows("select table_name, comment from duckdb_tables() where schema_name = 'insight'"))
    assert "A filing is not a deployment" in words["fct_rights_exposure"]
    assert "protection is sought" in words["fct_diffusion"]
    assert "they are not counted from patents" in words["fct_export_statement"]


@pytest.mark.parametrize(
    ("office", "day", "answer"),
    [
        ("IT", "2019-03-22", "no"),
        ("IT", "2019-03-23", "yes"),
        ("IT", "2023-12-05", "yes"),
        ("IT", "2023-12-06", "no"),
        ("JO", "2022-12-31", "no"),
        ("JO", "2023-06-01", "unknown date"),
        ("JO", "2024-01-01", "yes"),
        ("CO", "2025-05-20", "unknown date"),
        ("CO", "2025-06-01", "yes"),
        ("EE", "2018-01-01", "disputed"),
        ("KZ", "2020-01-01", "unknown date"),
        ("KZ", "2013-01-01", "no"),
        ("US", "2020-01-01", "no"),
        ("EP", "2020-01-01", "not a country"),
        ("IT", None, "unknown date"),
    ],
)
def test_membership_is_judged_on_the_day(built: Built, office: str, day: str | None, answer: str) -> None:
    """Half-open by day; a month or a year of joining is doubtful throughout; an unknown day is never a yes."""
    assert _membership(built, office, day) == answer


def test_every_country_without_a_day_of_joining_is_unknown(built: Built) -> None:
    """No country is called a member on the strength of being listed now."""
    unknown = built.rows("select office from seeds.belt_and_road where valid_from is null")
    assert len(unknown) > 90
    assert {_membership(built, office, "2020-01-01") for (office,) in unknown} == {"unknown date"}
    assert built.rows(
        "select office from seeds.belt_and_road "
        "where (valid_from is null) <> (date_check_mark is null) or (valid_from is null) <> (from_precision is null) "
        "or valid_to <= valid_from"
    ) == []  # fmt: skip


@given(st.integers(0, 40), st.integers(0, 60), st.integers(0, 400), st.integers(0, 600))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_focus_is_the_ratio_of_shares(built: Built, inside: int, outside: int, others_in: int, others_out: int) -> None:
    """The ratio lies inside its interval, follows the closed form, and is a focus only when all of it is above 1."""
    company, others = inside + outside, others_in + others_out
    rows = _focus(built, inside, outside, others_in, others_out)
    if company < 20 or others < 20 or inside + others_in < 5:
        assert [row for row in rows if row["group_id"] == "us"] == []
        return
    [row] = [row for row in rows if row["group_id"] == "us"]
    expected = (inside + 0.5) * (others + 0.5) / ((company + 0.5) * (others_in + 0.5))
    assert math.isclose(row["ratio"], expected, rel_tol=1e-9)
    assert row["ratio_low"] <= row["ratio"] <= row["ratio_high"]
    assert (row["company_share"], row["other_share"]) == (inside / company, others_in / others)
    assert row["is_focus"] == (row["ratio_low"] > 1 and inside >= 5)


def _membership(built: Built, office: str, day: str | None) -> str:
    compiled = _compiled(built, "insight/fct_diffusion")
    start = compiled.rindex("case\n        when office.kind in", 0, compiled.index("belt_and_road_on_date"))
    rule = compiled[start : compiled.index(" as belt_and_road_on_date")]
    return built.row(
        f"select {rule} from (select ?::date as first_publication_date) as published "
        "cross join core.dim_office as office "
        "left join seeds.belt_and_road as member on member.office = office.office where office.office = ?",
        day, office,
    )[0]  # fmt: skip


def _focus(built: Built, inside: int, outside: int, others_in: int, others_out: int) -> list[dict[str, Any]]:
    """The compiled model on invented tables: one company, all others, one technology."""
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as filingwatch")
        con.execute("use filingwatch")
        con.execute("create schema insight")
        con.execute("create schema core")
        total = inside + outside + others_in + others_out
        con.execute(
            "create table insight.fct_watch_filing as select 'w' as watch, range::varchar as invention_id, "
            "true as is_relevant, false as is_synthetic from range(?)",
            [total],
        )
        con.execute(
            "create table core.bridge_invention_group as select range::varchar as invention_id, "
            "case when range < ? then 'us' else 'them' end as group_id from range(?)",
            [inside + outside, total],
        )
        con.execute(
            "create table insight.bridge_invention_technology as select 'w' as watch, range::varchar as invention_id, "
            "'t' as technology from range(?) where range < ? or range >= ? and range < ?",
            [total, inside, inside + outside, inside + outside + others_in],
        )
        return con.execute(_compiled(built, "insight/fct_company_focus")).pl().to_dicts()


def _compiled(built: Built, model: str) -> str:
    folder = built.settings.dbt_state / "target" / "compiled" / "filingwatch" / "models"
    return (folder / f"{model}.sql").read_text(encoding="utf-8")


def _ancestors(parents: dict[str, list[str]], name: str) -> set[str]:
    above: set[str] = set()
    waiting = [name]
    while waiting:
        for parent in parents.get(waiting.pop(), []):
            if parent not in above:
                above.add(parent)
                waiting.append(parent)
    return above | {name}
