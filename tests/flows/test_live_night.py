"""Whole nights through the command line: with one office and another that refuses us, then with all four."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.commands import ask, run
from tests.fake_offices.__main__ import office_class
from tests.fake_offices.holdings import QUERY_CLASSES, QUERY_TERMS, invent_holdings, settled
from tests.fake_offices.serving import FakeOffice

TODAY = dt.date(2026, 11, 22)
CREDENTIALS = {
    "ops": {"FILINGWATCH_OPS_KEY": "key", "FILINGWATCH_OPS_SECRET": "secret"},
    "docdb": {},
    "uspto": {"FILINGWATCH_USPTO_KEY": "key"},
    "lens": {"FILINGWATCH_LENS_TOKEN": "token"},
}
WATCH = {
    "watch": "smart_cities",
    "title": "Lanterns",
    "question": "Does the rate of filing change for lanterns that look back?",
    "include": [
        {"term": term, "language": "en" if term.isascii() else "zh", "reason": "invented"} for term in QUERY_TERMS
    ],
    "classes": list(QUERY_CLASSES),
    "series": [{"by": ["office"]}],
}


@dataclass
class Street:
    """A home, and the offices beside it."""

    home: Path
    offices: dict[str, FakeOffice]
    env: dict[str, str] = field(default_factory=dict)

    def night(self, *names: str, today: dt.date = TODAY, **more: str) -> dict:
        """One night that asks these offices."""
        env = {"FILINGWATCH_TODAY": today.isoformat()}
        for name in names:
            self.offices[name].today = today
            env |= {f"FILINGWATCH_{name.upper()}_URL": self.offices[name].url, **CREDENTIALS[name]}
        return json.loads(run(self.home, "nightly", "--json", **env | more).stdout)


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    home = tmp_path_factory.mktemp("street") / "home"
    (home / "watches").mkdir(parents=True)
    (home / "watches" / "lanterns.yaml").write_text(json.dumps(WATCH), encoding="utf-8")
    first = TODAY - dt.timedelta(days=18)
    with ExitStack() as stack:
        offices = {}
        for place, name in enumerate(CREDENTIALS):
            only = "US" if name == "uspto" else None
            held = invent_holdings(place, 60, first, TODAY, office=only, matching=0.7, first_place=1000 * place)
            offices[name] = office_class(name)([settled(one) for one in held], today=TODAY)
            stack.enter_context(offices[name].serving())
        yield Street(home, offices)


@pytest.fixture(scope="module")
def first(street: Street) -> dict:
    """The first night: OPS works, Lens refuses the token, the other two are not configured."""
    return street.night("ops", "lens", today=TODAY - dt.timedelta(days=1), FILINGWATCH_LENS_TOKEN="run-out")


@pytest.fixture(scope="module")
def night(street: Street, first: dict) -> dict:
    """The night after it, with all four."""
    return street.night("ops", "docdb", "uspto", "lens")


def test_one_office_down_does_not_stop_the_other(street: Street, first: dict) -> None:
    """The one that works ended well and the night was published; the night says what it used and what is stale."""
    assert ends(first) == {"ops": "ok", "lens": "failed"}
    assert first["publish"]["action"] == "published"
    assert first["sources"]["used"] == ["ops", "lens"]
    assert set(first["sources"]["not_configured"]) == {"docdb", "uspto"}
    assert [stale["source"] for stale in first["sources"]["stale"]] == ["lens"]
    alerts = [path.read_text() for path in (street.home / "alerts" / "ops").glob("*.txt")]
    assert any("source failed: lens" in text and "FILINGWATCH_LENS_TOKEN" in text for text in alerts)
    assert not any("run-out" in text for text in alerts)


def test_a_night_with_all_four_brings_what_they_hold(street: Street, night: dict) -> None:
    """Each office's wanted publications are in the published file, each publication once, none invented by the demo."""
    assert ends(night) == dict.fromkeys(("ops", "docdb", "uspto", "lens"), "ok")
    assert night["sources"]["stale"] == [] and night["sources"]["not_configured"] == {}
    rows = ask(street.home, "select publication_id, is_synthetic from core.dim_publication")
    delivered = TODAY - dt.timedelta(days=8)  # what DOCDB loaded since then is in no weekly delivery yet
    wanted = {
        str(one.publication)
        for name, office in street.offices.items() for one in office.holdings
        if one.is_wanted and (name != "docdb" or one.loaded_on <= delivered)
    }  # fmt: skip
    assert len({row["publication_id"] for row in rows}) == len(rows)
    assert not wanted - {row["publication_id"] for row in rows}
    assert not [row for row in rows if row["is_synthetic"]]


def test_abstracts_of_american_filings_come_from_the_weekly_files(street: Street, night: dict) -> None:
    """Every wanted American publication that has an abstract has it in the warehouse."""
    rows = ask(
        street.home,
        "select p.publication_id from core.dim_publication as p join core.fct_invention as i using (invention_id) "
        "where list_contains(p.feeds, 'uspto-xml') and i.abstract_en is not null",
    )
    told = {row["publication_id"] for row in rows}
    wanted = {str(one.publication) for one in street.offices["uspto"].holdings if one.is_wanted and one.abstract}
    assert wanted and wanted <= told


def ends(figures: dict) -> dict[str, str]:
    """How each source of a night ended."""
    return {source["source"]: source["status"] for source in figures["ingest"]["sources"]}
