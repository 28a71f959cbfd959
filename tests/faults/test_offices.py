"""Every connector under random faults and kills: what an office holds lands, each publication once, nothing else.

A handful of seeds in CI; 200 seeds at 500 records and 5 at 10,000 are marked slow. Waiting is on an injected clock.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from filingwatch.settings import Settings
from filingwatch.sources.registry import CONNECTORS
from filingwatch.warehouse import writer
from tests.fake_offices.holdings import Holding
from tests.faults.weather import Played, play, wanted

NAMES = ("ops", "docdb", "uspto", "lens")
FEED = {"ops": "epo-ops", "docdb": "epo-docdb", "uspto": "uspto-odp", "lens": "lens-api"}


def check(settings: Settings, name: str, played: Played) -> None:
    """The books of the working file against those of the office."""
    latest = latest_versions(settings, name)
    day, office = played.last_day, played.office
    must = {str(one.publication): one for one in wanted(office) if one.is_visible(day)}
    may = {str(one.publication): one for one in wanted(office)}
    gone = {number for number, (_, _, is_deleted, _) in latest.items() if is_deleted}
    assert not must.keys() - latest.keys(), f"{len(must.keys() - latest.keys())} of {len(must)} did not land"
    assert latest.keys() <= may.keys(), "something landed that the office does not hold or nobody asked for"
    if name == "docdb":
        assert gone == {number for number, one in may.items() if number in latest and not one.is_visible(day)}
    else:
        assert not gone
    for number, (title, versions, _, published) in latest.items():
        if number in must:
            assert title in titles(must[number], name, day), number
            assert published == must[number].publication_date, number
        assert versions <= most_versions(may[number], name), f"{number} has {versions} versions"
    check_books(settings)
    with writer(settings) as con:
        feeds = {row[0] for row in con.execute("select distinct feed from raw.page").fetchall()}
    assert feeds <= set(next(one for one in CONNECTORS if one.name == name).feeds)


def latest_versions(settings: Settings, name: str) -> dict[str, tuple]:
    with writer(settings) as con:
        rows = con.execute(
            "select publication_id, list_filter(texts, lambda t: t.part = 'title' and t.language = 'en')[1].text, "
            "version, is_deleted, publication_date from raw.publication where source = ? and feed = ? "
            "qualify row_number() over (partition by publication_id order by version desc) = 1",
            [name, FEED[name]],
        ).fetchall()
        versions = con.execute(
            "select count(*), count(distinct (feed, publication_id, version)) from raw.publication"
        ).fetchall()
    assert versions[0][0] == versions[0][1]
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0]: row[1:] for row in rows}


def titles(holding: Holding, name: str, day: dt.date) -> tuple[str, ...]:
    """The title that must have come; Lens has no way to ask for what it amended more than three days after loading."""
    late = name == "lens" and holding.amended_on and (holding.amended_on - holding.loaded_on).days > 2
    return (holding.title, holding.title_on(day)) if late else (holding.title_on(day),)


def most_versions(holding: Holding, name: str) -> int:
    """One, one more when it was amended, and one more for a deletion that the office tells of."""
    return 1 + (holding.amended_on is not None) + (holding.deleted_on is not None and name == "docdb")


def check_books(settings: Settings) -> None:
    """Every record of every page has one fate, every page a payload, and no secret was written anywhere."""
    with writer(settings) as con:
        pages, fates = con.execute(
            "select sum(record_count + reject_count), (select count(*) from raw.sighting) from raw.page"
        ).fetchall()[0]
        assert pages == fates
        rejected = con.execute("select code, reason, original from raw.reject").fetchall()
        assert not rejected, rejected[0]
        said = str(con.execute("select request, message from ops.outcome").fetchall())
        said += str(con.execute("select value from ops.cursor").fetchall())
        said += str(con.execute("select request from raw.page").fetchall())


@pytest.mark.parametrize("seed", range(2))
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
