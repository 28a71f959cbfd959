"""Every connector under random faults and kills: what an office holds lands, each publication once, nothing else.

A handful of seeds in CI; 200 seeds at 500 records and 5 at 10,000 are marked slow. Waiting is on an injected clock.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from filingwatch.settings import Settings
from filingwatch.sources.registry import CONNECTORS
from filingwatch.warehouse import writer
from tests.fake_offices.holdings import Holding
from tests.faults.weather import KEY, SECRET, Played, play, wanted

NAMES = ("ops", "docdb", "uspto", "lens")
FEED = {"ops": "epo-ops", "docdb": "epo-docdb", "uspto": "uspto-odp", "lens": "lens-api"}


def check(settings: Settings, name: str, played: Played) -> None:
    """The books of the working file against those of the office."""
    latest = latest_versions(settings, name)
    day, office = played.last_day, played.office
    must = {str(one.publication): one for one in wanted(office) if one.is_visible(day)}
    may = {str(one.publication): one for one in wanted(office)}
    assert not must.keys() - latest.keys(), f"{len(must.keys() - latest.keys())} of {len(must)} did not land"
    assert latest.keys() <= may.keys(), "something landed that the office does not hold or nobody asked for"
    gone = {number for number, row in latest.items() if row["is_deleted"]}
    told = name == "docdb"  # the others do not tell of deletions
    assert gone == ({number for number in latest.keys() - must.keys()} if told else set())
    for number, row in latest.items():
        assert row["version"] <= most_versions(may[number], name), number
        if number in must:
            check_record(row, must[number], name, day)
    check_books(settings)
    with writer(settings) as con:
        feeds = {row[0] for row in con.execute("select distinct feed from raw.page").fetchall()}
    assert feeds <= set(next(one for one in CONNECTORS if one.name == name).feeds)


def check_record(row: dict[str, Any], holding: Holding, name: str, day: dt.date) -> None:
    """What landed of a publication says what the office holds of it, field by field that the wire carries."""
    assert row["publication_date"] == holding.publication_date
    assert row["filing_date"] == holding.filing_date
    assert set(titles(holding, name, day)) & set(row["titles"]), (row["titles"], holding.title)
    assert set(row["abstracts"]) == ({holding.abstract} if holding.abstract else set()), row["publication_id"]
    assert set(holding.cpc) <= set(row["symbols"])
    assert len(row["applicants"]) == len(holding.applicants)
    if name in ("ops", "docdb"):
        assert row["family_id"] == holding.family


def latest_versions(settings: Settings, name: str) -> dict[str, dict[str, Any]]:
    """The newest version of every publication of the main feed; texts of the source's other feeds are added."""
    with writer(settings) as con:
        rows = con.sql(
            "from raw.publication select *, "
            "list_transform(list_filter(parties, lambda p: p.role = 'applicant'), lambda p: p.name) as applicants, "
            "list_transform(classifications, lambda c: c.symbol) as symbols, "
            "list_transform(list_filter(texts, lambda t: t.part = 'title'), lambda t: t.text) as titles, "
            "list_transform(list_filter(texts, lambda t: t.part = 'abstract'), lambda t: t.text) as abstracts "
            f"where source = '{name}' "
            "qualify row_number() over (partition by feed, publication_id order by version desc) = 1"
        ).pl().to_dicts()  # fmt: skip
        count = con.execute(
            "select count(*), count(distinct (feed, publication_id, version)) from raw.publication"
        ).fetchall()[0]
    assert count[0] == count[1]
    latest = {row["publication_id"]: row for row in rows if row["feed"] == FEED[name]}
    assert len(latest) == sum(row["feed"] == FEED[name] for row in rows)
    for row in rows:
        if row["feed"] != FEED[name]:
            latest[row["publication_id"]]["abstracts"] += row["abstracts"]
    return latest


def most_versions(holding: Holding, name: str) -> int:
    """One, one more when it was amended, and one more for a deletion that the office tells of."""
    return 1 + (holding.amended_on is not None) + (holding.deleted_on is not None and name == "docdb")


def check_books(settings: Settings) -> None:
    """Every record of every page has one fate, nothing was rejected, and no secret was written anywhere."""
    with writer(settings) as con:
        pages, fates = con.execute(
            "select sum(record_count + reject_count), (select count(*) from raw.sighting) from raw.page"
        ).fetchall()[0]
        assert pages == fates
        rejected = con.execute("select code, reason, original from raw.reject").fetchall()
        assert not rejected, rejected[0]
        said = [
            str(con.execute(f"select * from {table}").fetchall())
            for table in ("ops.outcome", "ops.cursor", "ops.run", "ops.source_state", "raw.page")
        ]
    assert not [secret for secret in (KEY, SECRET) if secret in "".join(said)]


def titles(holding: Holding, name: str, day: dt.date) -> tuple[str, ...]:
    """The title that must have come; Lens has no way to ask for what it amended more than three days after loading."""
    late = name == "lens" and holding.amended_on and (holding.amended_on - holding.loaded_on).days > 2
    return (holding.title, holding.title_on(day)) if late else (holding.title_on(day),)


@pytest.mark.parametrize("seed", range(1))
@pytest.mark.parametrize("name", NAMES)
def test_what_an_office_holds_lands_once_whatever_the_weather(settings: Settings, name: str, seed: int) -> None:
    """120 records over a week of nights with every fault and kills at random points."""
    check(settings, name, play(settings, name, seed, 120))


@pytest.mark.parametrize("name", NAMES)
def test_the_weather_is_bad(settings: Settings, name: str) -> None:
    """The nights above are worth something: requests were disturbed and runs were killed."""
    played = play(settings, name, 3, 100, worse=1.5, kills=0.15)
    assert len(played.office.disturbed) >= 3
    assert played.kills >= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_500_records_land_once_whatever_the_weather(settings: Settings, name: str, seed: int) -> None:
    """Two hundred seeds for each connector."""
    check(settings, name, play(settings, name, seed, 500))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(2000, 2005))
def test_10_000_records_land_once_whatever_the_weather(settings: Settings, name: str, seed: int) -> None:
    """Five seeds at a size where caps, splits and long walks matter."""
    settings = replace(settings, memory_limit="1GB")
    check(settings, name, play(settings, name, seed, 10_000, worse=0.3, kills=0.005))
