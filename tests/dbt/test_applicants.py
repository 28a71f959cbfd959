"""Applicants in the warehouse: name, legal entity, group, each with where it comes from."""

from __future__ import annotations

import csv

import yaml

from tests.conftest import ROOT
from tests.dbt.conftest import Built
from tests.dbt.hand_made import HIKVISION, PING_AN, SAFE_TOWN


def test_a_name_leads_to_an_entity_and_a_group(built: Built) -> None:
    """Of the seed: entity, group, and the mark of the seed row as the one who stands for it."""
    row = built.row(
        "select entity_id, group_id, link_method, link_score, approved_by from core.dim_applicant where name = ?",
        HIKVISION,
    )
    assert row == (
        "hikvision-digital", "hikvision", "seed", 1.0, "seed (V): public source code that writes the firm out in full",
    )  # fmt: skip


def test_a_word_of_a_brand_in_another_name_decides_nothing(built: Built) -> None:
    """平安 means safe: the town builder is an entity of its own, in no group, and no review asks about it."""
    entities = dict(
        built.rows("select name, entity_id from core.dim_applicant where name in (?, ?)", PING_AN, SAFE_TOWN)
    )
    assert entities[PING_AN] == "ping-an-technology"
    assert entities[SAFE_TOWN] not in (None, "ping-an-technology")
    assert built.row("select group_id from core.dim_applicant where name = ?", SAFE_TOWN) == (None,)
    assert built.rows("select * from ml.applicant_review where contains(name_a || name_b, '平安城市')") == []


def test_every_applicant_and_seeded_entity_is_there(built: Built) -> None:
    """Each name has an answer, and an entity that nobody files under is listed with no names."""
    assert built.row("select count(*) from core.dim_applicant where link_method is null") == (0,)
    assert built.row("select name_count from core.dim_legal_entity where entity_id = 'megvii-maigewei'") == (0,)
    assert built.row("select count(*) from core.dim_legal_entity where is_synthetic") == (0,)


def test_groups_are_dated(built: Built) -> None:
    """Honor left Huawei: the row stays, with its last day, and is not of today."""
    assert built.rows(
        "select group_id, valid_to::varchar, is_latest from core.bridge_entity_group "
        "where entity_id = 'huawei-honor-device'"
    ) == [("huawei", "2020-11-17", False)]


def test_invented_companies_are_gone_with_the_invented_filings(built: Built, built_synthetic: Built) -> None:
    """They are groups while all filings are invented, marked as such, and no real installation ever lists them."""
    groups = "select distinct is_synthetic, starts_with(group_id, 'invented_') from core.dim_group order by all"
    assert built.rows(groups) == [(False, False)]
    assert built_synthetic.rows(groups) == [(False, False), (True, True)]


def test_invented_groups_list_the_demo_offices_own_spellings() -> None:
    """A spelling that the demo office does not use would be a company that nobody ever sees."""
    spoken = yaml.safe_load((ROOT / "src/filingwatch/sources/demo/companies.yaml").read_text(encoding="utf-8"))
    spellings = {name for part in spoken.values() for one in part for name in (*one["zh"], *one["en"])}
    with (ROOT / "dbt_project/seeds/invented_company.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["alias"] for row in rows} <= spellings
    assert all("（虚构）" in row["name_zh"] and "(fictional)" in row["name_en"] for row in rows)
    assert len({(row["group_id"], row["name_en"], row["name_zh"]) for row in rows}) == len(
        {row["group_id"] for row in rows}
    )
