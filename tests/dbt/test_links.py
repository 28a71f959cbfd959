"""Links: which publications are one invention, whatever order they come in and whatever people decide about them.

The models are run as dbt compiled them, in the order of its manifest, on a copy of the built file with a landing of
its own: a step costs a tenth of a second, so a test can let a year of landings pass.
"""

from __future__ import annotations

import datetime as dt
import graphlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from filingwatch.settings import Settings
from tests.dbt.conftest import Built
from tests.dbt.hand_made import SEEN, applicant, filing, page, text

LINKS = (
    "int_application", "int_link_decision", "int_family_group", "int_first_group", "int_invention_member",
)  # fmt: skip
APPLICATION = {"application_office": "CN", "application_number": "202010000001", "filing_date": dt.date(2020, 1, 7)}


class House:
    """A working file in which tests land pages and decisions and run core's models."""

    def __init__(self, con: duckdb.DuckDBPyConnection, models: Sequence[tuple[str, str]]) -> None:
        self.con, self.models, self.pages, self.decisions = con, models, 0, 0
        for table in ("publication", "page", "sighting", "reject", "decision"):
            con.execute(f"delete from raw.{table}")

    def land(self, *filings: dict[str, Any], feed: str = "lens-jsonl") -> None:
        """A page of one feed, a day after the page before."""
        self.pages += 1
        day = {"first_seen_at": SEEN + dt.timedelta(days=self.pages)}
        page(self.con, f"p{self.pages}", "exports", feed, [day | known for known in filings])

    def decide(self, value: str, *publications: str, why: str = "because") -> None:
        self.decisions += 1
        self.con.execute(
            "insert into raw.decision values (?, 'p-d', null, 'link', ?, ?, 'anna', ?, ?, null, null)",
            [self.decisions, "|".join(sorted(publications)), value, SEEN, why],
        )

    def build(self, *, shuffled: bool = False) -> dict[str, str]:
        """Run the models and return the invention of each publication."""
        if shuffled:
            self.con.execute("create or replace table raw.publication as from raw.publication order by random()")
        for name, sql in self.models:
            self.con.execute(f"create or replace table {name} as {sql}")
        return dict(self.rows("select publication_id, invention_id from core.dim_publication"))

    def reasons(self, publication: str) -> list[tuple[str, str]]:
        return self.rows(
            "select rule, detail from core.link_reason where publication_id = ? order by all", publication
        )  # fmt: skip

    def rows(self, sql: str, *parameters: Any) -> list[Any]:
        return self.con.execute(sql, list(parameters)).fetchall()


@pytest.fixture
def house(built: Built, copy_of_built: Callable[[], Settings]) -> Iterator[House]:
    nodes = {key: node for key, node in built.manifest["nodes"].items() if node["resource_type"] == "model"}
    core = {key: node for key, node in nodes.items() if "core" in node["tags"]}
    order = graphlib.TopologicalSorter(
        {key: set(node["depends_on"]["nodes"]) & set(core) for key, node in core.items()}
    )
    wanted = {"link_reason", "fct_invention", "int_application"}
    needed: set[str] = set()
    for key in reversed(tables := list(order.static_order())):
        if core[key]["name"] in wanted or key in needed:
            needed |= {key, *core[key]["depends_on"]["nodes"]}
    models = [
        (f"{core[key]['schema']}.{core[key]['name']}", _compiled(built, core[key]["original_file_path"]))
        for key in tables
        if key in needed and core[key]["config"]["materialized"] != "view"
    ]
    with duckdb.connect(str(copy_of_built().working_file)) as con:
        yield House(con, models)


def test_late_grant_is_no_new_filing(house: House) -> None:
    """A grant that comes years later joins its application: the invention keeps its id, its dates and its month."""
    house.land(filing("CN111000001", "A", **APPLICATION, publication_date=dt.date(2021, 7, 9)))
    house.build()
    before = house.rows("select invention_id, filing_month, earliest_publication_date from core.fct_invention")
    house.land(filing("CN111000001", "B", **APPLICATION, publication_date=dt.date(2024, 2, 2)))
    house.build()
    after = house.rows("select invention_id, filing_month, earliest_publication_date from core.fct_invention")
    assert before == after == [("CN111000001A", dt.date(2020, 1, 1), dt.date(2021, 7, 9))]


def test_grant_that_was_seen_first_names_the_invention(house: House) -> None:
    """The application that comes after its grant does not rename the invention, but its earlier publication counts."""
    house.land(filing("CN111000001", "B", **APPLICATION, publication_date=dt.date(2024, 2, 2)))
    house.build()
    house.land(filing("CN111000001", "A", **APPLICATION, publication_date=dt.date(2021, 7, 9)))
    assert set(house.build().values()) == {"CN111000001B"}
    assert house.rows("select earliest_publication_date from core.fct_invention") == [(dt.date(2021, 7, 9),)]


def test_correction_is_the_document_once_more(house: House) -> None:
    """A8 and A9 of a number belong to its A1, in any office and without an application number."""
    house.land(filing("US20200000001", "A1", publication_date=dt.date(2020, 1, 2)))
    house.land(filing("US20200000001", "A9", publication_date=dt.date(2021, 1, 7)))
    assert set(house.build().values()) == {"US20200000001A1"}
    assert house.rows("select publication_count, earliest_publication_date from core.fct_invention") == [
        (2, dt.date(2020, 1, 2))
    ]


def test_withdrawal_does_not_rename_what_is_left(house: House) -> None:
    """The office withdraws the application, the grant stays: the invention keeps its id and counts one publication."""
    house.land(filing("CN111000001", "A", **APPLICATION, publication_date=dt.date(2021, 7, 9)))
    house.land(filing("CN111000001", "B", **APPLICATION, publication_date=dt.date(2024, 2, 2)))
    house.build()
    house.land(filing("CN111000001", "A", is_deleted=True))
    assert house.build() == {"CN111000001A": None, "CN111000001B": "CN111000001A"}
    assert house.rows("select invention_id, publication_count from core.fct_invention") == [("CN111000001A", 1)]


def test_equal_priorities_link_what_has_no_family(house: House) -> None:
    """A first filing and two that claim it are one invention, with the priorities as reason."""
    claim = [{"number": "202010000001", "office": "CN", "date": None}]
    house.land(filing("CN111000001", "A", **APPLICATION))
    house.land(filing("WO2021000001", "A1", priorities=claim), filing("US20210000001", "A1", priorities=claim))
    assert set(house.build().values()) == {"CN111000001A"}
    assert house.reasons("US20210000001A1") == [("priority", "CN202010000001")]
    assert house.reasons("CN111000001A") == [("priority", "CN202010000001")]


def test_split_is_inherited_by_a_grant_that_comes_later(house: House) -> None:
    """What was cut out of a family stays out with its grant; the others stay together; a reset heals it."""
    house.land(filing("EP3900001", "A1", family_id="7"), filing("US20210000001", "A1", family_id="7"))
    house.land(filing("CN111000001", "A", **APPLICATION, family_id="7"))
    house.decide("split", "CN111000001A", why="another lamp")
    assert house.build() == {
        "EP3900001A1": "EP3900001A1", "US20210000001A1": "EP3900001A1", "CN111000001A": "CN111000001A",
    }  # fmt: skip
    why = "split CN111000001A by anna on 2026-11-20: another lamp (decision 1)"
    assert house.reasons("CN111000001A") == [("alone", "nothing links it to another publication"), ("decision", why)]
    house.land(filing("CN111000001", "B", **APPLICATION, family_id="7"))
    assert house.build()["CN111000001B"] == "CN111000001A"
    assert ("decision", why) in house.reasons("CN111000001B")
    house.decide("reset", "CN111000001A")
    assert set(house.build().values()) == {"EP3900001A1"}


def test_join_is_inherited_by_a_family_member_that_comes_later(house: House) -> None:
    """Two that a person joined stay one, and a new member of the one's family comes along."""
    house.land(filing("CN111000001", "A", **APPLICATION), filing("EP3900001", "A1", family_id="7"))
    assert len(set(house.build().values())) == 2
    house.decide("join", "CN111000001A", "EP3900001A1", why="the same drawing")
    assert set(house.build().values()) == {"CN111000001A"}
    assert house.reasons("EP3900001A1") == [
        ("decision", "join CN111000001A EP3900001A1 by anna on 2026-11-20: the same drawing (decision 1)")
    ]
    house.land(filing("US20210000001", "A1", family_id="7"), filing("CN111000001", "B", **APPLICATION))
    assert set(house.build().values()) == {"CN111000001A"}
    house.decide("split", "EP3900001A1")
    assert house.build()["EP3900001A1"] == "EP3900001A1"


def test_families_of_two_sources_meet_in_a_publication_that_both_know(house: House) -> None:
    """A Lens family brings a stranger to the DOCDB family of its other member; the DOCDB number is the one shown."""
    house.land(filing("EP3900001", "A1", family_id="7"), feed="epo-ops")
    house.land(filing("EP3900001", "A1", family_id="lens:1"), filing("US20210000001", "A1", family_id="lens:1"))
    assert set(house.build().values()) == {"EP3900001A1"}
    assert house.rows("select family_id from core.fct_invention") == [("7",)]


def test_dual_filing_is_found_again_when_its_title_was_edited(house: House) -> None:
    """The other half counts also when the title says method instead of device, and brings its reason."""
    known = {"filing_date": dt.date(2020, 1, 7), "parties": [applicant("甲公司")]}
    house.land(
        filing("CN111000001", "A", **known, texts=[text("title", "一种智慧路灯的联动控制方法", "zh")]),
        filing("CN211000001", "U", **known, texts=[text("title", "智慧路灯的联动控制装置", "zh")]),
    )
    assert set(house.build().values()) == {"CN111000001A"}
    assert [rule for rule, _ in house.reasons("CN211000001U")] == ["dual_filing"]


PUBLICATIONS = 10
keys = st.tuples(
    st.integers(0, PUBLICATIONS - 1),
    st.sampled_from([("application", ""), ("family", ""), ("family", "lens:"), ("priority", "p")]),
    st.integers(0, 3),
)
decisions = st.tuples(st.sampled_from(["join", "split", "reset"]), st.sets(st.integers(0, 9), min_size=1, max_size=2))


@given(links=st.lists(keys, max_size=20), said=st.lists(decisions, max_size=4), order=st.randoms(use_true_random=False))
@example(
    links=[(0, ("family", ""), 0), (1, ("family", ""), 1), (2, ("priority", "p"), 0), (0, ("priority", "p"), 0),
           (1, ("priority", "p"), 0)],
    said=[], order=None,
)  # fmt: skip
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_links_obey_their_laws(built: Built, links: list[Any], said: list[Any], order: Any) -> None:
    """Whatever links and decisions there are: applications are never cut; a DOCDB family that nobody cut is whole; no
    rule glues two of them together unless an application or a person does; the order of rows means nothing."""
    names = [f"P{number}" for number in range(PUBLICATIONS)]
    found = _invent(built, names, links, said)
    if order is not None:
        order.shuffle(links)
        assert _invent(built, names[::-1], links, said) == found
    groups, cut = found["groups"], found["cut"]
    for _, (rule, space), number in links:
        holders = {names[member] for member, *its_key in links if its_key == [(rule, space), number]}
        if rule == "application":
            assert len({groups[name] for name in holders}) == 1
        if (rule, space) == ("family", ""):
            assert len({groups[name] for name in holders - cut}) <= 1
    strict = [link for link in links if link[1][0] == "application" or link[1] == ("family", "")]
    hard = _invent(built, names, strict, said)
    families = {names[member] for member, key, _ in links if key == ("family", "")}
    for one in families - cut:
        for other in families - cut:
            assert (groups[one] == groups[other]) <= (hard["groups"][one] == hard["groups"][other])


def _invent(built: Built, names: list[str], links: list[Any], said: list[Any]) -> dict[str, Any]:
    """The group of each publication, and which a person cut off."""
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as filingwatch")
        con.execute("use filingwatch")
        con.execute("create schema intermediate; create schema staging")
        con.execute(
            "create table intermediate.int_publication as select unnest(?) as publication_id, false as is_deleted, "
            "timestamp '2026-01-01' as first_seen_at",
            [names],
        )
        con.execute("create table intermediate.int_dual_filing (group_id varchar, patent_type varchar, detail varchar)")
        con.execute("create table intermediate.int_link_key (publication_id varchar, rule varchar, detail varchar)")
        con.execute(
            "create table staging.stg_link_decision (decision_id bigint, subject varchar, value varchar, "
            "decided_by varchar, decided_at timestamp, reason varchar)"
        )
        for member, (rule, space), key in links:
            row = [f"P{member}", rule, f"{space}{key}"]
            con.execute("insert into intermediate.int_link_key values (?, ?, ?)", row)
        for number, (value, about) in enumerate(said):
            subject = "|".join(f"P{member}" for member in sorted(about))
            if (len(about) == 2) == (value == "join") or value == "reset":
                row = [number, subject, value, "anna", SEEN, None]
                con.execute("insert into staging.stg_link_decision values (?, ?, ?, ?, ?, ?)", row)
        for model in LINKS:
            sql = _compiled(built, f"models/intermediate/{model}.sql")
            con.execute(f"create table intermediate.{model} as {sql}")
        cut = con.execute("select publication_id from intermediate.int_first_group where is_split").fetchall()
        inventions = con.execute(
            "select publication_id, group_id, invention_id from intermediate.int_invention_member order by all"
        ).fetchall()
    return {
        "cut": {name for (name,) in cut},
        "groups": {name: group for name, group, _ in inventions},
        "inventions": {name: invention for name, _, invention in inventions},
    }


def _compiled(built: Built, path: str) -> str:
    folder = built.settings.dbt_state / "target" / "compiled" / "filingwatch"
    return (folder / path).read_text(encoding="utf-8")
