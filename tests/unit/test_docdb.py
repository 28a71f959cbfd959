"""The DOCDB front files as a source: order, resuming, deletions, downloads and damage, against the fake service."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from filingwatch.errors import Terminal, Transient
from filingwatch.filing import Filing
from filingwatch.sources.base import Cursor, LiveSource, Page, Query, Window
from filingwatch.sources.docdb import DocdbSource
from filingwatch.sources.safe_xml import parse_document
from tests.clocks import FakeClock
from tests.fake_offices.docdb import FakeDocdb
from tests.fake_offices.docdb_xml import write_records, write_zip
from tests.fake_offices.holdings import QUERY_CLASSES, QUERY_TERMS, Holding, invent_holdings, settled
from tests.fake_offices.serving import Ask, Faults, Reply
from tests.unit.invented_docdb import DAY, QUERY, record, stub, walk, write_delivery
from tests.unit.source_battery import LiveCase, check_live, check_page, check_resumes, read_all, sizes

PAGE = 20
CASE = LiveCase(
    make_office=lambda holdings, faults, today: FakeDocdb(holdings, faults=faults, today=today, member_size=15),
    make_source=lambda url, folder, clock: DocdbSource(url, folder, clock=clock, page_records=PAGE),
    secrets=(),
    page_size=PAGE,
)
ASKED = Query(DAY, QUERY_TERMS, QUERY_CLASSES)


class Installation:
    """What landing would hold: the latest version of every publication, and the cursor of the last page."""

    def __init__(self) -> None:
        self.held: dict[str, Filing] = {}
        self.counted: list[str] = []
        self.cursor: Cursor | None = None
        self.versions = 0

    def land(self, page: Page) -> None:
        check_page(page)
        for one in page.records:
            name = str(one.filing.publication)
            self.versions += self.held.get(name) != one.filing
            self.held[name] = one.filing
        self.counted += [one.invention for one in page.background]
        self.cursor = json.loads(json.dumps(page.next_cursor))

    def known(self, ids: Sequence[str]) -> frozenset[str]:
        return frozenset(self.held.keys() & set(ids))

    def ask(self, query: Query = ASKED) -> Query:
        return replace(query, known=self.known)

    def visible(self) -> dict[str, str]:
        """Titles of what is held and was not deleted."""
        return {name: one.texts[0].text for name, one in self.held.items() if not one.is_deleted}


def land_all(pages: Sequence[Page], installation: Installation | None = None) -> Installation:
    installation = installation or Installation()
    for page in pages:
        installation.land(page)
    return installation


def make_source(office: FakeDocdb, folder: Path) -> DocdbSource:
    return DocdbSource(office.url, folder, clock=FakeClock(), page_records=PAGE)


def week_of(holdings: Sequence[Holding], day: dt.date) -> dict[str, str]:
    return {str(one.publication): one.title_on(day) for one in holdings if one.is_wanted and one.is_visible(day)}


# -- a delivery ------------------------------------------------------------------------------------------------------


def test_what_matches_is_landed_and_the_rest_is_counted(tmp_path: Path) -> None:
    """Records that answer the watch become filings, with their XML; new inventions of others are counted."""
    paths = write_delivery(tmp_path, [("a.zip", {
        "CreateDelete-US-0001": [record("2026000001"), record("2026000002", title="Kettle", family="72")],
        "Amend-US-0001": [record("2026000003", status="A"), record("2026000004", status="A", title="Kettle")],
    })])  # fmt: skip
    [page] = walk(paths)
    check_page(page)
    assert [str(one.filing.publication) for one in page.records] == ["US2026000001A1", "US2026000003A1"]
    assert [one.invention for one in page.background] == ["72"]
    assert len(parse_document(page.payload)) == 2
    assert page.notes["counts"] == {"passed_over": 1, "seen": 4}


def test_order_over_all_files_of_a_delivery(tmp_path: Path) -> None:
    """Re-keyings, then creations and deletions, then amendments, in whatever order the files stand."""
    known = frozenset({"US1A1", "US2A1", "US3A1"})
    paths = write_delivery(tmp_path, [
        ("z_amend.zip", {"Amend-AA-0001": [record("1", status="A", title="Street lantern, amended")]}),
        ("y_create.zip", {
            "CreateDelete-BB-0001": [record("1", title="Street lantern, created"), record("2"), stub("4")],
            "CreateDelete-CC-0002": [stub("1"), stub("3"), stub("2"), record("3")],
        }),
        ("x_rekey.zip", {"DeleteRekey-DD-0001": [stub("1")]}),
    ])  # fmt: skip
    installation = land_all(list(walk(paths, known=lambda ids: known & frozenset(ids))))
    assert {name: one.is_deleted for name, one in installation.held.items()} == dict.fromkeys(known, False)
    assert installation.held["US1A1"].texts[0].text == "Street lantern, amended"


@pytest.mark.parametrize("page_records", [1, 2, 3])
def test_a_deletion_never_undoes_a_creation_of_its_week(tmp_path: Path, page_records: int) -> None:
    """Also when the run was cut off between the two, in another file: whatever the page, the end is the same."""
    paths = write_delivery(tmp_path, [
        ("a.zip", {"CreateDelete-AA-0001": [record(str(n)) for n in range(1, 8)]}),
        ("b.zip", {"CreateDelete-BB-0001": [stub("3"), record("8"), stub("9"), stub("8"), record("9")]}),
    ])  # fmt: skip
    held_before = Installation()
    held_before.held = {"US9A1": land_all(list(walk(paths))).held["US9A1"]}
    whole = list(walk(paths, page_records=page_records, known=held_before.known))
    for cut in range(len(whole)):
        installation = Installation()
        installation.held = dict(held_before.held)
        land_all(whole[: cut + 1], installation)
        rest = walk(paths, page_records=page_records, cursor=installation.cursor, known=installation.known)
        if "at" in (installation.cursor or {}):
            land_all(list(rest), installation)
        assert len(installation.visible()) == 9, cut


def test_deletions_and_withdrawals_of_what_is_held(tmp_path: Path) -> None:
    """D, DV and CV become rows for publications that the installation holds; the others are only counted."""
    stubs = [stub("1"), stub("2", "DV"), stub("3", "CV"), stub("4"), stub("5", "CV"), stub("x9", country="XX")]
    for kind in ("DeleteRekey", "CreateDelete", "Amend"):
        paths = write_delivery(tmp_path, [("a.zip", {f"{kind}-US-0001": stubs})])
        [page] = walk(paths, known=lambda ids: frozenset({"US1A1", "US2A1", "US3A1"}) & frozenset(ids))
        assert sorted(str(one.filing.publication) for one in page.records) == ["US1A1", "US2A1", "US3A1"]
        assert all(one.filing.is_deleted for one in page.records)
        assert page.notes["counts"]["deletions_unknown"] == 3


def test_a_withdrawal_after_a_creation_counts(tmp_path: Path) -> None:
    """CV stands among the creations: the publication was created and withdrawn in one week."""
    paths = write_delivery(tmp_path, [("a.zip", {"CreateDelete-US-0001": [record("1"), stub("1", "CV")]})])
    assert land_all(list(walk(paths))).visible() == {}


def test_held_records_stay_up_to_date_when_they_answer_no_more(tmp_path: Path) -> None:
    """An amendment of a publication that is held is landed whatever it says now, and whatever its office."""
    query = replace(QUERY, offices=("CN",))
    paths = write_delivery(tmp_path, [("a.zip", {"Amend-US-0001": [
        record("1", status="A", title="Kettle"), record("2", status="A", title="Kettle"), record("3", status="A"),
    ]})])  # fmt: skip
    [page] = walk(paths, query=query, known=lambda ids: frozenset({"US1A1"}) & frozenset(ids))
    assert [str(one.filing.publication) for one in page.records] == ["US1A1"]


def test_an_amendment_of_what_the_same_page_created(tmp_path: Path) -> None:
    """What was created a moment ago counts as held, although it was not landed yet."""
    paths = write_delivery(tmp_path, [("a.zip", {
        "CreateDelete-US-0001": [record("1")], "Amend-US-0001": [record("1", status="A", title="Kettle")],
    })])  # fmt: skip
    assert land_all(list(walk(paths))).visible() == {"US1A1": "Kettle"}


def test_unreadable_records_that_are_wanted_are_rejects(tmp_path: Path) -> None:
    """With reason and original; those that nobody wants are left alone. Bytes that are no text are refused."""
    paths = write_delivery(tmp_path, [("a.zip", {"Amend-US-0001": write_records("a", DAY, [
        record("1", country="XX"), record("2", country="XX", title="Kettle"), record("3", published="20261399"),
        record("4"), record("5", title="Street lantern BROKEN"),
    ]).replace(b"BROKEN", b"\xe8\xb7")})])  # fmt: skip
    [page] = walk(paths)
    check_page(page)
    assert [one.code for one in page.rejects] == ["unknown_office", "bad_date", "bad_encoding"]
    assert all("exchange-document" in one.original for one in page.rejects)
    assert [str(one.filing.publication) for one in page.records] == ["US4A1"]


def test_inventions_are_passed_over_once(tmp_path: Path) -> None:
    """Not again in another file, nor when a member of the family is landed first; amendments are not new."""
    paths = write_delivery(tmp_path, [("a.zip", {
        "CreateDelete-US-0001": [record("1", title="Kettle", family="1"), record("2", title="Kettle", family="2"),
                                 record("3", family="3"), record("4", title="Kettle", family="3")],
        "CreateDelete-CN-0001": [record("5", title="Kettle", family="1"), record("6", title="Kettle", family="4"),
                                 record("7", title="Kettle", family="5", kind="B2")],
        "Amend-US-0001": [record("8", title="Kettle", family="6", status="A")],
    })])  # fmt: skip
    [page] = walk(paths)
    assert sorted(one.invention for one in page.background) == ["1", "2", "4"]


def test_pages_are_closed_by_the_number_of_inventions_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page holds no more background than its limit; without records its payload says what it was."""
    monkeypatch.setattr("filingwatch.sources.docdb.collecting.MOST_PASSED_OVER", 10)
    kettles = [record(str(n), title="Kettle", family=str(n)) for n in range(1, 26)]
    paths = write_delivery(tmp_path, [("a.zip", {"CreateDelete-US-0001": kettles})])
    pages = list(walk(paths))
    assert [len(page.background) for page in pages] == [10, 10, 5]
    assert json.loads(pages[0].payload)["counts"] == {"passed_over": 10, "seen": 10}
    for page in pages:
        check_page(page)
    rest = list(walk(paths, cursor=pages[0].next_cursor))
    assert [one.invention for page in rest for one in page.background] == [str(n) for n in range(11, 26)]


# -- damage ----------------------------------------------------------------------------------------------------------


def broken_members() -> dict[str, bytes]:
    whole = write_records("a", DAY, [record(str(n)) for n in range(1, 5)])
    deep = record("9", biblio="<a>" * 5_000 + "</a>" * 5_000)
    entities = whole.replace(b'SYSTEM "docdb-entities.dtd"', b'[<!ENTITY a "lantern"><!ENTITY b "&a;&a;">]')
    return {
        "cut": whole[: len(whole) // 2],
        "deep": write_records("a", DAY, [record("1"), deep]),
        "entities": entities,
        "empty": b"",
    }


@pytest.mark.parametrize("kind", ["cut", "deep", "entities", "empty"])
def test_damaged_xml_ends_a_member_and_not_the_delivery(tmp_path: Path, kind: str) -> None:
    """What stood before it and the other members are read; one reject says where; it is not tried again."""
    paths = write_delivery(tmp_path, [("a.zip", {
        "CreateDelete-AA-0001": broken_members()[kind], "CreateDelete-BB-0001": [record("77")],
    })])  # fmt: skip
    [page] = walk(paths)
    check_page(page)
    [reject] = page.rejects
    assert "CreateDelete" in reject.reason and "AA-0001" in reject.reason and "from record" in reject.reason
    assert page.notes["damaged"] == [reject.reason]
    assert page.next_cursor["done"] == [7] and page.next_cursor["damaged"] == {"7": [reject.reason]}
    found = [one.filing.publication.number for one in page.records]
    assert found[-1] == "77" and len(found) == {"cut": 2, "deep": 2, "entities": 1, "empty": 1}[kind]


def deflate_bomb() -> bytes:
    xml = write_records("a", DAY, [record("76"), record("78", title=" " * 40_000_000)])
    return write_zip({"DOCDB-202647-Amend-PubDate20261120AndBefore-AA-0001.xml": xml})


@pytest.mark.parametrize("kind", ["bomb", "outer", "inner", "nothing_inside"])
def test_damaged_or_hostile_zips_are_rejects(tmp_path: Path, kind: str) -> None:
    """A member that unpacks out of all proportion, a file or member that is no ZIP, or one without XML."""
    member = "Root/DOC/DOCDB-202647-Amend-PubDate20261120AndBefore-AA-0001.zip"
    good = write_zip({"DOCDB-x.xml": write_records("x", DAY, [record("77")])})
    content = {"bomb": deflate_bomb(), "inner": b"PK\x03\x04 and no more", "nothing_inside": write_zip({"a.txt": b"a"})}
    paths = {1: tmp_path / "1.zip", 2: tmp_path / "2.zip"}
    paths[1].write_bytes(b"no ZIP" if kind == "outer" else write_zip({member: content[kind]}, packed=False))
    paths[2].write_bytes(write_zip({member.replace("AA", "BB"): good}, packed=False))
    [page] = walk(paths)
    assert [one.code for one in page.rejects] == ["bad_zip"]
    assert [one.filing.publication.number for one in page.records] == (["76", "77"] if kind == "bomb" else ["77"])
    assert page.next_cursor["done"] == [7] and len(page.notes["damaged"]) == 1
    assert list(tmp_path.glob("member*")) == []


def test_damage_is_remembered_over_a_cut(tmp_path: Path) -> None:
    """A run that goes on behind the damage still ends with it in the cursor, and does not report it twice."""
    paths = write_delivery(tmp_path, [("a.zip", {
        "CreateDelete-AA-0001": broken_members()["cut"],
        "CreateDelete-BB-0001": [record(str(n)) for n in range(70, 75)],
    })])  # fmt: skip
    pages = list(walk(paths, page_records=2))
    cut = next(page for page in pages if "at" in page.next_cursor and "BB" in page.next_cursor["at"]["member"])
    rest = list(walk(paths, page_records=2, cursor=cut.next_cursor))
    assert not any(page.rejects for page in rest)
    assert rest[-1].next_cursor["damaged"] == pages[-1].next_cursor["damaged"] != {}


def test_a_delivery_without_records_is_not_marked_as_done(tmp_path: Path) -> None:
    """A form that is not known any more is said clearly, instead of being taken for an empty week."""
    path = tmp_path / "a.zip"
    path.write_bytes(write_zip({"Root/DOC/records.parquet": b"x"}))
    with pytest.raises(Terminal, match="holds no file of records"):
        list(walk({1: path}))


# -- the source ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", sizes(CASE))
def test_quiet_night(tmp_path: Path, count: int) -> None:
    """Every holding that answers the watch comes, exactly those, whatever their number."""
    check_live(CASE, tmp_path, count)


def test_a_run_goes_on_from_every_page(tmp_path: Path) -> None:
    """From whatever page it was cut at, everything comes."""
    check_resumes(CASE, tmp_path, 50)


def test_it_is_a_live_source(tmp_path: Path) -> None:
    """It keeps the protocol, cannot go back, and says where years come from."""
    source = DocdbSource("http://127.0.0.1:9", tmp_path)
    assert isinstance(source, LiveSource) and source.backfill_days == 0
    query = replace(ASKED, window=Window(dt.date(2020, 1, 1), dt.date(2021, 1, 1)))
    with pytest.raises(Terminal, match="product 14"):
        source.estimate(query)
    with pytest.raises(Terminal, match="product 14"):
        list(source.pages(query, None))


def test_weeks_of_changes_end_as_the_office_holds_them(tmp_path: Path) -> None:
    """Late, amended, re-keyed and deleted records: after every week the installation shows what the office shows."""
    day = dt.date(2026, 10, 4)
    holdings = invent_holdings(11, 300, day - dt.timedelta(days=14), dt.date(2026, 11, 20), matching=0.6)
    rekeyed = {str(one.publication) for one in holdings[::3]}
    office = FakeDocdb(holdings, today=day, rekeyed=rekeyed, member_size=25)
    installation = Installation()
    with office.serving():
        while day <= DAY:
            office.today = day
            source = make_source(office, tmp_path)
            land_all(read_all(source, replace(installation.ask(), as_of=day), installation.cursor), installation)
            assert installation.visible() == week_of(holdings, day), day
            day += dt.timedelta(days=7)
    assert any(one.is_deleted for one in installation.held.values())
    assert len(installation.counted) == len(set(installation.counted)) > 50
    assert list(tmp_path.iterdir()) == []


def test_a_second_night_asks_for_nothing_but_the_listing(tmp_path: Path) -> None:
    """What is done is not downloaded again, and a night without a new delivery has no page."""
    office = FakeDocdb(invent_holdings(1, 20, dt.date(2026, 11, 1), DAY), today=DAY)
    with office.serving():
        installation = land_all(read_all(make_source(office, tmp_path), ASKED, None))
        office.asks.clear()
        assert read_all(make_source(office, tmp_path), installation.ask(), installation.cursor) == []
        assert [ask.path for ask in office.asks] == ["/products/3"]


def test_files_are_kept_while_a_delivery_is_under_way(tmp_path: Path) -> None:
    """A run that was cut off finds its files again and loads none twice; what is done or foreign is removed."""
    office = FakeDocdb([settled(one) for one in invent_holdings(1, 200, dt.date(2026, 11, 17), DAY)], today=DAY)
    with office.serving():
        first = make_source(office, tmp_path)
        installation = Installation()
        pages = first.pages(ASKED, None)
        while "at" not in (installation.cursor or {}):
            installation.land(next(pages))
        pages.close()
        (tmp_path / "docdb-1-1.zip").write_bytes(b"of a delivery that is not offered")
        (tmp_path / "docdb-3463-34631.zip.part").write_bytes(b"half")
        office.asks.clear()
        land_all(read_all(make_source(office, tmp_path), installation.ask(), installation.cursor), installation)
        assert [ask.path for ask in office.asks] == ["/products/3"]
    assert len(installation.visible()) == 200 == installation.versions
    assert list(tmp_path.iterdir()) == []


def test_a_file_with_another_checksum_is_loaded_again(tmp_path: Path) -> None:
    """What lies there is only trusted when it is what the office offers now."""
    office = FakeDocdb([settled(one) for one in invent_holdings(1, 20, dt.date(2026, 11, 17), DAY)], today=DAY)
    with office.serving():
        sunday = office.sundays()[-1]
        file = office.files_of(sunday)[0]
        tmp_path.joinpath(f"docdb-{file.id // 10}-{file.id}.zip").write_bytes(b"something else")
        installation = land_all(read_all(make_source(office, tmp_path), ASKED, None))
    assert len(installation.visible()) == 20


def test_the_other_prefix_is_tried_when_one_is_refused(tmp_path: Path) -> None:
    """Products have been seen under two addresses; the one that answers is used for the downloads as well."""

    class Moved(FakeDocdb):
        def reply(self, ask: Ask) -> Reply:
            return super().reply(ask) if ask.path.startswith("/public") else Reply(403, b"no", "text/plain")

    office = Moved([settled(one) for one in invent_holdings(1, 20, dt.date(2026, 11, 17), DAY)], today=DAY)
    with office.serving():
        installation = land_all(read_all(make_source(office, tmp_path), ASKED, None))
        assert len(installation.visible()) == 20
        assert len([ask for ask in office.asks if not ask.path.startswith("/public")]) == 1


@pytest.mark.parametrize(
    ("reply", "error", "said"),
    [
        (Reply(404, b"{}", "application/json"), Terminal, "FILINGWATCH_DOCDB_URL"),
        (Reply(200, b'{"error": "no"}', "application/json"), Terminal, "FILINGWATCH_DOCDB_URL"),
        (Reply(200, b"<html></html>", "text/html"), Transient, "text/html"),
        (Reply(200, b"{", "application/json"), Transient, "JSON"),
        (Reply(503, b"", "text/html"), Transient, "503"),
    ],
)
def test_a_listing_that_cannot_be_had_is_said(tmp_path: Path, reply: Reply, error: type[Exception], said: str) -> None:
    """Moved, changed, a page for people, no JSON, or out of order: an error of the right kind that says what it saw."""

    class Odd(FakeDocdb):
        def reply(self, ask: Ask) -> Reply:
            return reply

    with Odd([], today=DAY).serving() as url:
        source = DocdbSource(url, tmp_path, clock=FakeClock())
        with pytest.raises(error, match=said):
            list(source.pages(ASKED, None))
        with pytest.raises(error, match=said):
            source.probe()


def test_a_file_that_never_matches_its_checksum_is_not_read(tmp_path: Path) -> None:
    """It is asked for again a few times; then the night ends, and nothing of it was landed or marked."""
    office = FakeDocdb(invent_holdings(1, 20, dt.date(2026, 11, 17), DAY), today=DAY)
    good = office.reply
    office.reply = lambda ask: _spoil(good(ask), ask)  # type: ignore[method-assign]
    with office.serving(), pytest.raises(Transient, match="sha1"):
        list(make_source(office, tmp_path).pages(ASKED, None))


def _spoil(reply: Reply, ask: Ask) -> Reply:
    if ask.path.endswith("/download"):
        reply.body += b" "
    return reply


def test_a_web_page_instead_of_a_file_without_checksum(tmp_path: Path) -> None:
    """Where the office gives no checksum, what is no ZIP at all is not taken for the week."""
    office = FakeDocdb(invent_holdings(1, 20, dt.date(2026, 11, 17), DAY), today=DAY)
    good = office.reply

    def reply(ask: Ask) -> Reply:
        if ask.path.endswith("/download"):
            return Reply(200, b"<html>Please come back</html>", "text/html")
        return Reply(200, good(ask).body.replace(b'"fileChecksum": "', b'"noChecksum": "'), "application/json")

    office.reply = reply  # type: ignore[method-assign]
    with office.serving(), pytest.raises(Transient, match="did not arrive as a ZIP"):
        list(make_source(office, tmp_path).pages(ASKED, None))


def test_weeks_that_vanished_are_said_in_the_first_page(tmp_path: Path) -> None:
    """After a pause that was longer than files are kept, the notes name the gap; what is there is done."""
    office = FakeDocdb(invent_holdings(1, 50, dt.date(2026, 8, 1), DAY), today=dt.date(2026, 8, 30), kept_weeks=4)
    with office.serving():
        early = replace(ASKED, as_of=office.today)
        installation = land_all(read_all(make_source(office, tmp_path), early, None))
        office.today = DAY
        pages = read_all(make_source(office, tmp_path), installation.ask(), installation.cursor)
    assert "between 2026/035 and 2026/044" in pages[0].notes["gap"]
    assert not any("gap" in page.notes for page in pages[1:])
    assert len({page.request["delivery"] for page in pages}) == 4


def test_the_probe_says_what_is_offered(tmp_path: Path) -> None:
    """One call, in words."""
    with FakeDocdb([], today=DAY).serving() as url:
        assert DocdbSource(url, tmp_path).probe() == "offers 8 weekly deliveries, 2026/040 to 2026/047"


@pytest.mark.parametrize("seed", range(6))
def test_under_faults_everything_arrives(tmp_path: Path, seed: int) -> None:
    """With every third answer wrong, nights that fail are followed by nights that go on: all there is, once each."""
    holdings = [settled(one) for one in invent_holdings(seed, 120, dt.date(2026, 11, 1), DAY, matching=0.7)]
    kinds = ("bad_checksum", "notice", "listing_moved", "truncated", "reset", "html", "error_503", "drip")
    office = FakeDocdb(holdings, today=DAY, faults=Faults(seed, 0.35, kinds), member_size=10)
    installation = Installation()
    with office.serving():
        for _ in range(30):
            try:
                for page in make_source(office, tmp_path).pages(installation.ask(), installation.cursor):
                    installation.land(page)
            except (Transient, Terminal):
                continue
            break
    assert installation.visible() == week_of(holdings, DAY)
    assert installation.versions == len(installation.held)
    assert len(set(office.disturbed)) > 2


@pytest.mark.real
def test_the_recorded_delivery_of_another_product_is_told_apart(real_data: Path) -> None:
    """A real ZIP in ZIP of full texts, which this source does not ask for, is not taken for a week."""
    path = real_data / "wire" / "epo-bdds" / "sample_zip" / "Full_Text_ES_frontfile.zip"
    with pytest.raises(Terminal, match="holds no file of records"):
        list(walk({1: path}))


@pytest.mark.real
def test_recorded_records_pass_through_a_whole_delivery(real_data: Path, tmp_path: Path) -> None:
    """The public fragments as members of a delivery, landed when the watch wants them; they carry no status."""
    query = Query(DAY, ("hydrogenation of nitriles", "respiratory treatment"), ("B01J 25",))
    found = []
    for path in sorted((real_data / "wire" / "docdb-cnipa").glob("*.xml")):
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as file:
            file.writestr("DOCDB-202538-Amend-PubDate20250912AndBefore-IN-0001.xml", path.read_bytes())
        target = tmp_path / f"{path.stem}.zip"
        target.write_bytes(write_zip({"Root/DOC/DOCDB-202538-Amend-IN-0001.zip": inner.getvalue()}, packed=False))
        [page] = walk({1: target}, query=query)
        check_page(page)
        assert not page.rejects
        found.append([str(one.filing.publication) for one in page.records])
    assert found == [["IN202163B", "IN24CHN2014A"], ["IN202163B"]]
