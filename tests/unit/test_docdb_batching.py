"""Files of records in batches: the same records as one long parse gives, whatever is wrong with the file."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filingwatch.sources.docdb import batching
from filingwatch.sources.docdb.batching import read_batches
from filingwatch.sources.docdb.register import Ids, Register
from filingwatch.sources.docdb.scouting import Scout, scan_created
from filingwatch.sources.safe_xml import BadXml, stream_elements, was_mended
from filingwatch.sources.zips import BadZip
from tests.fake_offices.docdb_xml import write_records
from tests.unit.invented_docdb import DAY, record, stub


def numbers(file: bytes | BinaryIO, size: int = 700) -> list[str]:
    source = io.BytesIO(file) if isinstance(file, bytes) else file
    return [one.get("doc-number") or "" for batch in read_batches(source, size) for one in batch]


def read_until_damage(file: bytes | BinaryIO, size: int = 700) -> tuple[list[str], Exception | None]:
    source = io.BytesIO(file) if isinstance(file, bytes) else file
    found: list[str] = []
    try:
        for batch in read_batches(source, size):
            found += [one.get("doc-number") or "" for one in batch]
    except (BadXml, BadZip) as error:
        return found, error
    return found, None


def make(count: int, write: Callable[[str], str] = record) -> bytes:
    return write_records("invented", DAY, [write(f"{2026000000 + place}") for place in range(count)])


class Ends(io.RawIOBase):
    """A file whose ZIP turns out to be damaged after so many bytes."""

    def __init__(self, content: bytes, whole: int) -> None:
        self._left = io.BytesIO(content[:whole])

    def read(self, size: int = -1) -> bytes:  # type: ignore[override]
        data = self._left.read(size)
        if not data:
            raise BadZip("damaged")
        return data


@pytest.mark.parametrize("size", [1, 100, 700, 1500, 10**6])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 40])
def test_every_record_comes_once_and_in_order(count: int, size: int) -> None:
    """For whatever size of batches, files of whole records and of mere stubs."""
    expected = [str(2026000000 + place) for place in range(count)]
    assert numbers(make(count), size) == expected
    assert numbers(make(count, stub), size) == expected


@given(
    pieces=st.lists(st.sampled_from(["record", "stub", "comment", "cdata", "blank", "reference"]), max_size=12),
    size=st.integers(1, 3000),
)
def test_batches_hold_what_one_long_parse_finds(pieces: list[str], size: int) -> None:
    """Comments, CDATA and blanks between and inside of records change nothing."""
    texts = {
        "record": record(), "stub": stub("2"), "comment": "<!-- a <remark> -->", "blank": "\n  ",
        "cdata": record("3", title="<![CDATA[a lamp </exch:exchange-documents> & post]]>"),
        "reference": record("4", title="&#36335;&alpha;&amp;"),
    }  # fmt: skip
    file = write_records("invented", DAY, [texts[piece] for piece in pieces])
    expected = [one.get("doc-number") for one in stream_elements(io.BytesIO(file), "exchange-document")]
    assert numbers(file, size) == expected


def test_another_prefix_or_none_makes_no_difference() -> None:
    """The prefix is the file's own choice."""
    other = make(3).replace(b"exch:", b"e:").replace(b"xmlns:exch", b"xmlns:e")
    none = make(3).replace(b"exch:", b"").replace(b"xmlns:exch", b"xmlns")
    assert numbers(other) == numbers(none) == numbers(make(3))


@pytest.mark.parametrize("whole", [0, 60, 300, 900, 2000, 5000])
def test_what_stands_before_damage_is_read(whole: int) -> None:
    """A file cut off in the middle, a broken ZIP, and broken markup give the records before it, then the reason."""
    file = make(30)
    end = "</exch:exchange-document>"
    complete = numbers(file)[: file[:whole].decode().count(end)]
    found, error = read_until_damage(file[:whole])
    assert (found, type(error)) == (complete, BadXml)
    found, error = read_until_damage(Ends(file, whole))  # type: ignore[arg-type]
    assert (found, type(error)) == (complete, BadZip)
    broken = file[:whole] + b"<</broken>" + file[whole:]
    found, error = read_until_damage(broken)
    assert isinstance(error, BadXml) and set(found) <= set(complete)
    assert len(found) >= len(complete) - 1


def test_an_unfinished_file_is_damaged_although_its_last_record_is_whole() -> None:
    """The end of the root is missing: more records may have stood there."""
    file = make(5)
    found, error = read_until_damage(file[: file.rindex(b"</exch:exchange-documents>")])
    assert len(found) == 5 and isinstance(error, BadXml)


def test_entity_bombs_are_refused() -> None:
    """Entities that hold one another, in the prologue, are seen before anything is parsed."""
    levels = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE exch:exchange-documents [<!ENTITY b0 "lantern">{levels}]>'.encode()
    file = make(2).replace(b'<!DOCTYPE exch:exchange-documents SYSTEM "docdb-entities.dtd">', bomb)
    found, error = read_until_damage(file)
    assert found == [] and isinstance(error, BadXml) and "entities of its own" in str(error)


def test_depth_bombs_are_refused() -> None:
    """Thousands of elements inside each other end the reading, with what stood before them."""
    deep = record("9", biblio="<a>" * 5_000 + "</a>" * 5_000)
    found, error = read_until_damage(write_records("invented", DAY, [record("1"), deep, record("2")]))
    assert found == ["1"] and isinstance(error, BadXml)


def test_a_record_of_absurd_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One endless record does not fill the memory."""
    monkeypatch.setattr(batching, "MOST_RECORD_BYTES", 2**20)
    endless = record("9", title="lantern " * 300_000)
    found, error = read_until_damage(write_records("invented", DAY, [record("1"), endless, record("2")]))
    assert found == ["1"] and isinstance(error, BadXml)
    assert "bytes" in str(error)


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"<html><body>Please come back</body></html>",
        b"<a><exch:exchange-document",
        b"\xff\xfe<\x00a\x00",
        b"<a" * 60_000,
    ],
)
def test_what_is_no_file_of_records(file: bytes) -> None:
    """Empty, of another kind, or in another encoding: no records; and an error unless it is plain XML without any."""
    found, error = read_until_damage(file)
    assert found == []
    assert isinstance(error, BadXml) or file.startswith(b"<html>")


def test_bytes_that_are_no_text_are_marked_where_they_stand() -> None:
    """The other records of the batch stay as they are."""
    file = make(3).replace(b"Street lantern with", b"Street lantern \xff\x01with", 1)
    records = [one for batch in read_batches(io.BytesIO(file), 10**6) for one in batch]
    assert [was_mended(one) for one in records] == [True, False, False]


def asked_by(read: Callable[[Register], object]) -> list[str]:
    """Which publication ids a register asks for, question by question."""
    asked: list[str] = []

    def known(ids: object) -> frozenset[str]:
        asked.append(" ".join(sorted(ids)))  # type: ignore[call-overload]
        return frozenset()

    read(Register(known))
    return asked


def test_records_are_announced_ahead_in_few_questions() -> None:
    """Every record of a stretch is asked for at once, wherever chunks are cut; nothing of the bytes is lost."""
    file = make(200)
    handed: list[bytes] = []

    def read(register: Register) -> None:
        scout = Scout(io.BytesIO(file), register)
        handed.extend(iter(lambda: scout.read(7_000), b""))
        assert not any(register.holds(("US", str(2026000000 + place), "A1")) for place in range(200))

    asked = asked_by(read)
    assert b"".join(handed) == file
    assert len(asked) == 1 and asked[0].split() == [f"US{2026000000 + place}A1" for place in range(200)]


def test_tags_are_found_wherever_a_file_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start tag that lies across pieces of any size is seen once."""
    file = write_records(
        "invented", DAY, [stub("1"), record("2"), stub("3", "C"), record("4", status="A"), record("5")]
    )
    for size in range(1, 400, 7):
        monkeypatch.setattr("filingwatch.sources.docdb.scouting._CHUNK", size)
        assert [ids[1] for ids in scan_created(io.BytesIO(file))] == ["2", "3", "5"], size


def test_a_tag_written_in_an_unusual_way_is_asked_for_alone() -> None:
    """Attributes in another order, in single quotes or over lines are understood, or asked for when they are met."""
    tags: dict[str, Ids] = {
        "<exchange-document kind='A1' doc-number='77' country='US'>": ("US", "77", "A1"),
        '<x:exchange-document\n country = "US"\n doc-number="78" kind="A1">': ("US", "78", "A1"),
        '<exchange-document country="US" doc-number="7&#57;" kind="A1">': ("US", "79", "A1"),
    }
    for tag, ids in tags.items():

        def read(register: Register, tag: str = tag, ids: Ids = ids) -> None:
            assert Scout(io.BytesIO(tag.encode()), register).read()
            register.holds(ids)

        assert asked_by(read) == [f"US{ids[1]}A1"]


def test_a_register_forgets_what_has_passed_and_remembers_what_was_landed() -> None:
    """Memory stays bounded; a record that has passed is asked for again if it comes once more."""
    held = {"US1A1", "US3A1"}
    asked: list[list[str]] = []

    def known(ids: object) -> frozenset[str]:
        asked.append(list(ids))  # type: ignore[call-overload]
        return frozenset(held & set(ids))  # type: ignore[call-overload]

    register = Register(known)
    register.note_landed(("US", "2", "A1"))
    for number in "123":
        register.announce([("US", number, "A1")])
    assert register.holds(("US", "2", "A1")) and register.holds(("US", "3", "A1"))
    assert len(asked) == 3
    held.remove("US1A1")
    assert not register.holds(("US", "1", "A1"))
    assert asked[-1] == ["US1A1"]
    assert not register.holds(("??", "", ""))
