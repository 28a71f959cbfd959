"""XML and ZIP files of strangers: bombs, broken bytes and lies about size end in a reason, never in a crash."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from pathlib import Path

import pytest

from filingwatch.sources.safe_xml import (
    BadXml,
    MendedStream,
    all_text,
    child,
    children,
    local,
    parse_document,
    stream_elements,
    was_mended,
)  # fmt: skip
from filingwatch.sources.zips import BadZip, open_zip

RECORD = b"<x:r xmlns:x='urn:x'><t>a <b>lamp</b> &lt; 5 m &amp; post</t></x:r>"


def stream(data: bytes, name: str = "r") -> list[str]:
    return [all_text(element) for element in stream_elements(io.BytesIO(data), name)]


def test_elements_are_found_by_local_name_with_all_their_text() -> None:
    """Namespaces and inline markup do not matter; blanks are collapsed."""
    root = parse_document(b"<?xml version='1.0'?><a>" + RECORD * 2 + b"<!-- no --></a>")
    assert [all_text(one) for one in children(root, "r")] == ["a lamp < 5 m & post"] * 2
    assert local(root[0]) == "r" and all_text(child(root, "r", "t", "b")) == "lamp"
    assert child(root, "r", "none", "b") is None and all_text(None) == ""
    assert stream(b"<a>" + RECORD * 3 + b"</a>") == ["a lamp < 5 m & post"] * 3


@pytest.mark.parametrize("bomb", [
    b'<!DOCTYPE a [<!ENTITY x "yyyy"><!ENTITY z "&x;&x;&x;">]><a><r>&z;</r></a>',
    b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]><a><r/></a>',
])  # fmt: skip
def test_entity_bombs_are_refused(bomb: bytes) -> None:
    """A document that declares entities with a value is not read at all."""
    with pytest.raises(BadXml, match="declares entities"):
        parse_document(bomb)
    with pytest.raises(BadXml, match="declares entities"):
        stream(bomb)


def test_an_entity_declared_late_is_refused_as_well() -> None:
    """A long prologue does not hide a declaration."""
    late = b"<!DOCTYPE a [" + b"<!-- " + b"x" * 70_000 + b" -->" + b'<!ENTITY n "thing">]><a>&n;</a>'
    with pytest.raises(BadXml, match="declares entities"):
        parse_document(late)


def test_external_entities_are_neither_loaded_nor_shown(tmp_path: Path) -> None:
    """A reference to a file of this machine leaves nothing in the text; names of images in old documents do no harm."""
    (tmp_path / "secret").write_text("s3cret")
    data = f'<!DOCTYPE a [<!ENTITY f SYSTEM "file://{tmp_path}/secret">]><a><r>x &f; y</r></a>'.encode()
    assert stream(data) == ["x y"]
    assert all_text(parse_document(data)) == "x y"
    images = b'<!DOCTYPE a SYSTEM "old.dtd" [<!ENTITY D1 SYSTEM "d1.tif" NDATA TIF>]><a><r>text</r></a>'
    assert stream(images) == ["text"]


def test_unknown_entities_of_an_external_dtd_are_left_out() -> None:
    """The DTD is not loaded, so its entities are unknown; the words around them stay."""
    assert all_text(parse_document(b'<!DOCTYPE a SYSTEM "far.dtd"><a>north&ndash;south</a>')) == "northsouth"


def test_depth_is_bounded() -> None:
    """A document nested too deep is a reason, not a crash."""
    deep = b"<r>" * 10_000 + b"</r>" * 10_000
    with pytest.raises(BadXml):
        parse_document(deep)
    with pytest.raises(BadXml):
        stream(b"<a>" + deep + b"</a>")


def test_bytes_that_are_no_text_are_mended_and_marked() -> None:
    """Latin-1 bytes and control characters become U+FFFD; only the record that holds them is marked."""
    good, bad = b"<r>caf\xc3\xa9</r>", b"<r>caf\xe9 \x01\x0b</r>"
    root = parse_document(b"<a>" + good + bad + b"</a>")
    assert [was_mended(one) for one in root] == [False, True]
    marks = [was_mended(one) for one in stream_elements(io.BytesIO(b"<a>" + good + bad + good + b"</a>"), "r")]
    assert marks == [False, True, False]


@pytest.mark.parametrize("chunk", [1, 2, 3, 7])
def test_a_character_cut_by_a_chunk_is_whole_again(chunk: int) -> None:
    """Mending does not depend on where the stream was cut."""
    text = "<a><r>路灯网 café 𠀋</r></a>"
    assert MendedStream(io.BytesIO(text.encode()), chunk).read(10**6)
    out, mended = b"", MendedStream(io.BytesIO(text.encode()), chunk)
    while part := mended.read(5):
        out += part
    assert out.decode() == text


def test_what_stood_before_the_damage_is_given() -> None:
    """A file cut in the middle gives its whole records first, then the reason."""
    found = []
    with pytest.raises(BadXml, match="rest cannot be read"):
        for element in stream_elements(io.BytesIO(b"<a>" + RECORD * 3 + b"<r><t>cut"), "r"):
            found.append(all_text(element))
    assert len(found) == 3


def test_other_encodings_are_refused_in_words() -> None:
    """UTF-16 is not taken for damage of another kind."""
    with pytest.raises(BadXml, match="UTF-16"):
        parse_document("<a/>".encode("utf-16"))


def zipped(path: Path, name: str, data: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, data)
    return path


def test_a_member_is_read_in_pieces_and_whole(tmp_path: Path) -> None:
    """What went in comes out, by whatever pieces it is read."""
    data = random.Random(1).randbytes(1_300_000)
    with open_zip(zipped(tmp_path / "a.zip", "m", data)) as file:
        assert file.names() == ["m"]
        member, out = file.open("m", 10**7), b""
        while part := member.read(1000):
            out += part
        assert out == data
        assert file.extract("m", tmp_path / "m", 10**7).read_bytes() == data


def test_deflate_bombs_are_cut(tmp_path: Path) -> None:
    """Whatever the directory claims: past the limit, or past what its packed size allows, reading ends."""
    path = zipped(tmp_path / "bomb.zip", "m", b"\0" * 50_000_000)
    with open_zip(path) as file, pytest.raises(BadZip, match="bomb"):
        file.extract("m", tmp_path / "m", 10**9)
    assert (tmp_path / "m").stat().st_size < 15_000_000
    path = zipped(tmp_path / "big.zip", "m", bytes(range(256)) * 9000)
    with open_zip(path) as file, pytest.raises(BadZip, match="more than 1,000 bytes"):
        file.open("m", 1000).read()


def test_damage_and_strange_members_have_a_reason(tmp_path: Path) -> None:
    """No ZIP at all, a cut one, a wrong checksum, a missing member, a path trick."""
    (tmp_path / "no.zip").write_bytes(b"no zip")
    with pytest.raises(BadZip, match="not a ZIP"), open_zip(tmp_path / "no.zip"):
        pass
    whole = zipped(tmp_path / "whole.zip", "m", b"lamp post " * 3000).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadZip), open_zip(tmp_path / "cut.zip"):
        pass
    damaged = bytearray(whole)
    damaged[60] ^= 0xFF
    (tmp_path / "damaged.zip").write_bytes(damaged)
    with open_zip(tmp_path / "damaged.zip") as file, pytest.raises(BadZip, match="damaged"):
        file.open("m", 10**6).read()
    with open_zip(zipped(tmp_path / "trick.zip", "../../evil", b"x")) as file:
        with pytest.raises(BadZip, match="no member"):
            file.open("other", 10)
        file.extract("../../evil", tmp_path / "here", 10)
    assert (tmp_path / "here").read_bytes() == b"x" and not (tmp_path.parent.parent / "evil").exists()


def test_a_member_packed_otherwise_is_refused(tmp_path: Path) -> None:
    """Offices use deflate; other methods are not tried."""
    with zipfile.ZipFile(tmp_path / "l.zip", "w", zipfile.ZIP_LZMA) as file:
        file.writestr("m", b"lamp" * 1000)
    with open_zip(tmp_path / "l.zip") as file, pytest.raises(BadZip, match="no office uses"):
        file.open("m", 10**6)


def test_an_encrypted_member_is_named(tmp_path: Path) -> None:
    """Its flag is enough: nobody is asked for a password."""
    path = zipped(tmp_path / "e.zip", "m", b"x" * 100)
    data = bytearray(path.read_bytes())
    data[6] |= 1
    place = data.index(b"PK\x01\x02")
    data[place + 8] |= 1
    path.write_bytes(data)
    with open_zip(path) as file, pytest.raises(BadZip, match="encrypted"):
        file.open("m", 1000)


def test_a_member_that_lies_about_its_size_is_counted(tmp_path: Path) -> None:
    """Sizes in the directory are claims; the bytes that come out are what counts."""
    body = zlib.compress(b"\0" * 20_000_000)[2:-4]
    path = zipped(tmp_path / "lie.zip", "m", b"\0" * 20_000_000)
    assert len(body) < 50_000
    with open_zip(path) as file, pytest.raises(BadZip):
        while file.open("m", 10**9, most_ratio=20).read(10**7):
            pass
