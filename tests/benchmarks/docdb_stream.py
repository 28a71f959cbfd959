"""How fast DOCDB is streamed, and in how much memory: our whole way beside `lxml.iterparse` that only clears.

    python -m tests.benchmarks.docdb_stream [--megabytes 1000] [--rounds 2] [--profile]

The file is SYNTHETIC: invented records of about the size and make-up of real ones (classes of several offices, names
in three forms, citations, family), in files of 100 MB as in a real delivery, three fifths of them created and the rest
amended. One in 200 answers the watch that ships with the project, one in 1,000 is held already, a few are deletions.
Ours: ZIP in ZIP, the look ahead, parser, filter, background, pages; without landing. Bare: the same
XML, unpacked beforehand. Each runs in a process of its own; seconds are of the wall and of the processor.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from lxml import etree

from filingwatch.resources import shipped_watches
from filingwatch.sources.base import Query
from filingwatch.sources.docdb.collecting import Collector
from filingwatch.sources.docdb.deliveries import Delivery, Week
from filingwatch.sources.docdb.passing import Background
from filingwatch.sources.docdb.register import Register
from filingwatch.sources.docdb.walking import Walk
from filingwatch.sources.docdb.wanting import Wanting
from filingwatch.watch import read_watch

MEMBER_BYTES = 100_000_000
POOL = 1_500
_TAG = "{http://www.epo.org/exchange}exchange-document"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    '<!DOCTYPE exch:exchange-documents SYSTEM "docdb-entities.dtd">\n'
    '<exch:exchange-documents xmlns:exch="http://www.epo.org/exchange" dtd-version="2.5.9">\n'
)
_WORDS = (
    "arranged base battery body cable cell circuit coating cover current data electrode element energy film filter "
    "first flow fluid frame gas gear heat housing image layer lens light liquid material memory metal method module "
    "motor network node part plate polymer power pressure process pump region resin ring sensor shaft signal spring "
    "substrate surface system target temperature terminal track unit user valve vehicle video water wave window wire"
).split()
_SUBCLASSES = (
    "A01B A23L A47J A61B A61K A61M A61P B01D B01J B05D B23K B25J B29C B32B B60K B60R B60W B62D B65D B65G C01B C02F "
    "C07K C08L C09D C12N C22C D06F E02D E04B E21B F01N F03D F16H F24F F25D G01N G02B G05B G06F G06Q G09G H01B H01L "
    "H01M H01R H02J H02K H03K H04B H04L H04N H04W H05K"
).split()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.docdb_stream", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--child", choices=("ours", "bare"))
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    if chosen.child:
        measure = measure_ours if chosen.child == "ours" else measure_bare
        print(json.dumps(_profiled(measure, chosen.folder) if chosen.profile else measure(chosen.folder)))
        return
    with tempfile.TemporaryDirectory() as folder:
        records = make_delivery(Path(folder), chosen.megabytes)
        print(f"synthetic: {chosen.megabytes:,} MB unpacked, {records:,} records", flush=True)
        best: dict[str, float] = {}
        for _ in range(chosen.rounds):
            for child in ("bare", "ours"):
                figures = _run(child, Path(folder), chosen.profile and child == "ours")
                rate = figures["records"] / figures["wall"]
                best[child] = max(best.get(child, 0.0), rate)
                print(
                    f"{child}: {rate:,.0f} records/s ({figures['wall']:.1f} s, processor {figures['cpu']:.1f} s), "
                    f"memory grew by {figures['growth'] / 2**20:,.0f} MiB; {figures['said']}",
                    flush=True,
                )
        print(f"ours / bare, best of {chosen.rounds}: {best['ours'] / best['bare']:.2f}")


def measure_bare(folder: Path) -> dict[str, object]:
    """Every record parsed and cleared, nothing else."""

    def run() -> tuple[int, str]:
        records = 0
        for path in sorted(folder.glob("*.xml")):
            for _, element in etree.iterparse(str(path), events=("end",), tag=_TAG, load_dtd=False, no_network=True):
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
                records += 1
        return records, "nothing kept"

    return _measure(run)


def measure_ours(folder: Path) -> dict[str, object]:
    """The delivery from its ZIPs to its pages."""
    watch = read_watch(shipped_watches() / "smart_cities.yaml")
    query = Query(dt.date(2026, 11, 22), tuple(term.term for term in watch.include), tuple(watch.classes))

    def run() -> tuple[int, str]:
        delivery = Delivery(1, "synthetic 2026/047", Week(2026, 47), None, ())
        walk = Walk(delivery, {}, Wanting(query), Register(_hold_some), Background(), Collector())
        seen = landed = passed = rejects = pages = 0
        for page in walk.pages({1: folder / "delivery.zip"}, folder / "member.zip"):
            pages += 1
            landed += len(page.records)
            rejects += len(page.rejects)
            passed += len(page.background)
            seen += page.notes["counts"].get("seen", 0)
        assert rejects == 0
        return seen, f"{pages} pages, {landed:,} to land, {passed:,} passed over"

    return _measure(run)


def make_delivery(folder: Path, megabytes: int) -> int:
    """Write the XML files, and the ZIP of ZIPs of them; returns how many records there are."""
    pool = [_make_body(random.Random(seed)) for seed in range(POOL)]
    total = 0
    with zipfile.ZipFile(folder / "delivery.zip", "w", zipfile.ZIP_STORED) as outer:
        for number, size in enumerate(_sizes(megabytes * 1_000_000)):
            kind = "CreateDelete" if number % 5 < 3 else "Amend"
            title = f"DOCDB-202647-{kind}-PubDate20261120AndBefore-US-{number:04d}"
            path = folder / f"{title}.xml"
            total += _write_member(path, pool, size, total, "C" if kind == "CreateDelete" else "A")
            packed = folder / f"{title}.zip"
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as inner:
                inner.write(path, path.name)
            outer.write(packed, f"Root/DOC/{packed.name}")
            packed.unlink()
    return total


def _sizes(size: int) -> Iterator[int]:
    while size > 0:
        yield min(size, MEMBER_BYTES)
        size -= MEMBER_BYTES


def _write_member(path: Path, pool: Sequence[str], size: int, first: int, status: str) -> int:
    """Records numbered from `first`, until the file has its size; now and then one that is only a deletion."""
    written = number = 0
    with path.open("w", encoding="ascii", errors="xmlcharrefreplace") as file:
        file.write(_HEAD)
        while written < size:
            text = pool[number % len(pool)].replace("@@", f"{first + number:07d}").replace("@S", status)
            if status == "C" and number % 2_000 == 1_999:
                text = f'<exch:exchange-document country="US" doc-number="2019{number:07d}" kind="A1" status="D"/>\n'
            file.write(text)
            written += len(text)
            number += 1
        file.write("</exch:exchange-documents>\n")
    return number


def _make_body(chance: random.Random) -> str:
    """A record with @@ where its number belongs and @S for its status."""

    def words(count: int) -> str:
        return " ".join(chance.choice(_WORDS) for _ in range(count))

    def number(digits: int) -> str:
        return str(chance.randrange(10 ** (digits - 1), 10**digits))

    def cpc(place: int) -> str:
        return (
            f'<patent-classification sequence="{place}"><classification-scheme office="EP" scheme="CPCI">'
            f"<date>20130101</date></classification-scheme><classification-symbol>{chance.choice(_SUBCLASSES)}"
            f"{chance.randint(1, 99):>4}/{chance.randint(10, 999):<6}</classification-symbol><symbol-position>L"
            "</symbol-position><classification-value>I</classification-value><classification-status>B"
            "</classification-status><classification-data-source>H</classification-data-source><generating-office>"
            "<country>US</country></generating-office><action-date><date>20260201</date></action-date>"
            "</patent-classification>"
        )

    def ipc(place: int) -> str:
        symbol = f"{chance.choice(_SUBCLASSES)}{chance.randint(1, 99):>4}/{chance.randint(10, 99):<6}"
        text = f"{symbol}    20060101AFI20260310RMUS        "
        return f'<classification-ipcr sequence="{place}"><text>{text}</text></classification-ipcr>'

    def party(role: str, form: str, place: int) -> str:
        residence = "<residence><country>US</country></residence>" if form == "docdb" else ""
        return (
            f'<exch:{role} sequence="{place}" data-format="{form}"><exch:{role}-name><name>{words(3).upper()}</name>'
            f"</exch:{role}-name>{residence}</exch:{role}>"
        )

    def citation(place: int) -> str:
        cited = number(7)
        return (
            f'<exch:citation cited-phase="SEA" sequence="{place}"><patcit num="{place}" dnum="US{cited}A" '
            f'dnum-type="publication number"><document-id doc-id="{number(9)}"><country>US</country><doc-number>{cited}'
            f"</doc-number><kind>A</kind><name>{words(2).upper()}</name><date>19990101</date></document-id></patcit>"
            "</exch:citation>"
        )

    def member(country: str) -> str:
        return (
            '<exch:family-member><exch:application-reference data-format="docdb" is-representative="NO"><document-id>'
            f"<country>{country}</country><doc-number>{number(9)}</doc-number><kind>A</kind></document-id>"
            '</exch:application-reference><exch:publication-reference data-format="docdb" sequence="1"><document-id>'
            f"<country>{country}</country><doc-number>{number(9)}</doc-number><kind>A</kind></document-id>"
            "</exch:publication-reference></exch:family-member>"
        )

    def group(role: str, most: int) -> str:
        count = chance.randint(1, most)
        parts = (party(role, form, n) for form in ("docdb", "docdba", "original") for n in range(1, count + 1))
        return f"<exch:{role}s>{''.join(parts)}</exch:{role}s>"

    title = words(9)
    if chance.random() < 0.005:
        title += " for video surveillance"
    foreign = "一种用于测量液体温度的装置及其方法" if chance.random() < 0.3 else title
    language = "en" if foreign == title else "zh"
    return (
        '<exch:exchange-document country="US" doc-number="2026@@" kind="A1" doc-id="60@@" date-publ="20261114" '
        'family-id="8@@" is-representative="YES" date-of-last-exchange="20261118" date-added-docdb="20261118" '
        'originating-office="EP" status="@S"><exch:bibliographic-data><exch:publication-reference data-format="docdb">'
        '<document-id lang="en"><country>US</country><doc-number>2026@@</doc-number><kind>A1</kind><date>20261114'
        '</date></document-id></exch:publication-reference><exch:publication-reference data-format="epodoc">'
        "<document-id><doc-number>US2026@@</doc-number><date>20261114</date></document-id>"
        f"</exch:publication-reference><exch:classifications-ipcr>{''.join(map(ipc, range(1, chance.randint(2, 5))))}"
        f"</exch:classifications-ipcr><exch:patent-classifications>{''.join(map(cpc, range(1, chance.randint(3, 10))))}"
        '</exch:patent-classifications><exch:application-reference doc-id="30@@" is-representative="YES" '
        'data-format="docdb"><document-id><country>US</country><doc-number>2025@@</doc-number><kind>A</kind>'
        f"<date>20250{chance.randint(1, 9)}17</date></document-id></exch:application-reference>"
        '<exch:application-reference data-format="epodoc"><document-id><doc-number>US2025@@</doc-number></document-id>'
        "</exch:application-reference><exch:language-of-publication>en</exch:language-of-publication>"
        '<exch:priority-claims><exch:priority-claim sequence="1" data-format="docdb"><document-id><country>US</country>'
        f"<doc-number>{number(9)}</doc-number><kind>P</kind><date>20240517</date></document-id>"
        "<exch:priority-active-indicator>Y</exch:priority-active-indicator></exch:priority-claim>"
        f"</exch:priority-claims><exch:parties>{group('applicant', 2)}{group('inventor', 4)}</exch:parties>"
        f'<exch:invention-title lang="en" data-format="docdba">{title.upper()}</exch:invention-title>'
        f'<exch:invention-title lang="{language}" data-format="original">{foreign}</exch:invention-title>'
        "<exch:dates-of-public-availability><exch:unexamined-printed-without-grant><document-id><date>20261114</date>"
        "</document-id></exch:unexamined-printed-without-grant></exch:dates-of-public-availability>"
        f"<exch:references-cited>{''.join(map(citation, range(1, chance.randint(1, 9))))}</exch:references-cited>"
        '</exch:bibliographic-data><exch:abstract lang="en" data-format="docdba" abstract-source="national office">'
        f"<exch:p>{words(chance.randint(60, 160)).capitalize()}.</exch:p></exch:abstract>"
        f"<exch:patent-family>{member('US')}{member('CN') if chance.random() < 0.4 else ''}</exch:patent-family>"
        "</exch:exchange-document>\n"
    )


def _hold_some(publication_ids: Sequence[str]) -> frozenset[str]:
    return frozenset(one for one in publication_ids if one.endswith("000A1"))


def _measure(run) -> dict[str, object]:  # type: ignore[no-untyped-def]
    before = _peak_bytes()
    wall, cpu = time.perf_counter(), time.process_time()
    records, said = run()
    return {
        "records": records,
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "growth": _peak_bytes() - before,
        "said": said,
    }


def _peak_bytes() -> int:
    """The most memory that this process ever held. `getrusage` alone would remember that of its parent."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _profiled(measure, folder: Path) -> dict[str, object]:  # type: ignore[no-untyped-def]
    import cProfile
    import pstats

    profile = cProfile.Profile()
    figures = profile.runcall(measure, folder)
    pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(25)
    return figures


def _run(child: str, folder: Path, profile: bool) -> dict:  # type: ignore[type-arg]
    command = [sys.executable, "-m", "tests.benchmarks.docdb_stream", "--child", child, "--folder", str(folder)]
    done = subprocess.run([*command, *(["--profile"] if profile else [])], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
