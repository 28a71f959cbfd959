"""Real records of Lens through the connector's reader, counted by JSON alone beside it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from filingwatch.sources.lens.answers import read_hits
from filingwatch.sources.lens.query import INCLUDE
from filingwatch.sources.lens.records import read_lens_ids, sort_items

pytestmark = pytest.mark.real

# by file: records, then rejects by code; the damage in the broken ones was done on purpose
EXPECTED = {
    "doc_sample_record_response-patent.json": (1, {}),
    "biopoly_broken1.jsonl": (9, {"bad_json": 1}),
    "biopoly_broken2.jsonl": (10, {}),
    "biopoly_broken3.jsonl": (10, {}),
    "biopoly_min.jsonl": (1, {}),
}


def read_answer(path: Path) -> tuple[bytes, int]:
    """The file as the body of an answer, and how many of its lines are no JSON and so cannot be in one."""
    if path.suffix == ".json":
        return path.read_bytes(), 0
    good: list[Any] = []
    lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    for line in lines:
        try:
            good.append(json.loads(line))
        except ValueError:
            continue
    body = {"total": len(good), "results": len(good), "data": good}
    return json.dumps(body, ensure_ascii=False).encode(), len(lines) - len(good)


@pytest.mark.parametrize("folder", ["doc-sample", "jsonl"])
def test_every_recorded_record_is_a_filing_or_an_explained_reject(real_data: Path, folder: str) -> None:
    """Each record of each file is accounted for, and its number, date and first title are those of the JSON."""
    files = [path for path in sorted((real_data / "wire/lens" / folder).iterdir()) if path.suffix != ".md"]
    assert {path.name for path in files} <= EXPECTED.keys() and files
    for path in files:
        content, broken = read_answer(path)
        hits = read_hits(content)
        assert hits is not None
        found = sort_items(hits.items)
        rejects = Counter(reject.code for reject in found.rejects) + Counter({"bad_json": broken})
        assert (len(found.records), dict(rejects)) == EXPECTED[path.name], path.name
        for record in found.records:
            item, filing = hits.items[record.index], record.filing
            assert (filing.publication.office, filing.publication.kind) == (item["jurisdiction"], item["kind"])
            assert filing.publication_date and filing.publication_date.isoformat() == item["date_published"]
            titles = [title["text"] for title in item["biblio"].get("invention_title", [])]
            assert [text.text for text in filing.texts if text.part == "title"] == titles


def test_what_we_include_is_all_that_we_read(real_data: Path) -> None:
    """Cut down to the parts that the connector asks for, every real record gives the same filing."""
    compared = 0
    for path in sorted((real_data / "wire/lens").glob("*/*.json*")):
        hits = read_hits(read_answer(path)[0])
        if path.name not in EXPECTED or hits is None:
            continue
        whole = {record.index: record.filing for record in sort_items(hits.items).records}
        cut = {record.index: record.filing for record in sort_items([keep(item) for item in hits.items]).records}
        assert whole == cut
        compared += len(whole)
    assert compared == 31


def keep(item: dict[str, Any]) -> dict[str, Any]:
    """The parts of a record that the connector asks for."""
    kept: dict[str, Any] = {}
    for path in INCLUDE:
        source, target, *names = item, kept, *path.split(".")
        for name in names[:-1]:
            source, target = source.get(name, {}), target.setdefault(name, {})
        if names[-1] in source:
            target[names[-1]] = source[names[-1]]
    return kept


def test_lens_names_every_record(real_data: Path) -> None:
    """The name by which a restarted scroll leaves records out is in all of them but the one damaged on purpose."""
    hits = read_hits(read_answer(real_data / "wire/lens/jsonl/biopoly_broken2.jsonl")[0])
    assert hits is not None and len(hits.items) == 10
    assert len(read_lens_ids(hits.items)) == 9
