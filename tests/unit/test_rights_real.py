"""What the rules quote of real filings, judged by hand: the passages are where they were, and the rules as good.

`fixtures/right_verdicts.csv` has no text: a publication, a place in its title or abstract, and what a reader said.
Rules were tuned on the half `tuned`; precision is measured on the half `judged`, where doubtful counts as not right.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest

from filingwatch.rights.precision import read_precision
from filingwatch.rights.rules import read_rules
from filingwatch.rights.tagging import Text, find_tags

VERDICTS = Path(__file__).parents[1] / "fixtures" / "right_verdicts.csv"
RULES = read_rules()
LEAST = {
    ("ICCPR 12", False): 0.7,
    ("ICCPR 17", False): 0.65,
    ("ICCPR 17", True): 0.75,
    ("ICCPR 21", False): 0.5,
    ("ICCPR 6", False): 0.6,
}
"""Shares of right verdicts below which a right must not fall; rights with fewer than five passages have no bound."""


def read_verdicts() -> list[dict[str, str]]:
    with VERDICTS.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_the_verdicts_are_of_rules_that_are_there() -> None:
    """At least 200 passages, both halves apart by publication, no text of a source, rights that the rule names."""
    rows = read_verdicts()
    passages = {(row["source"], row["publication_number"], row["field"], row["start"], row["rule_id"]) for row in rows}
    assert len(passages) >= 200
    halves = defaultdict(set)
    for row in rows:
        halves[row["half"]].add(row["publication_number"])
        assert row["right"] in RULES.by_id[row["rule_id"]].rights
        assert row["verdict"] in ("right", "wrong", "doubtful") and len(row["reason"]) < 80
    assert set(halves) == {"tuned", "judged"} and not halves["tuned"] & halves["judged"]


def read_texts(folder: Path, source: str) -> dict[tuple[str, str], str]:
    path = folder / source
    if path.suffix == ".gz":
        frame = pl.read_csv(path, infer_schema_length=0).select(
            pl.col("Publication Number").alias("id"), pl.col("Title").alias("title")
        )
    else:
        frame = pl.read_parquet(path)
        frame = frame.rename({"publication_number": "id"}) if "publication_number" in frame.columns else frame
    fields = [name for name in ("title", "abstract") if name in frame.columns]
    return {
        (str(row["id"]), field): row[field]
        for row in frame.select("id", *fields).iter_rows(named=True)
        for field in fields
        if row[field]
    }


@pytest.mark.real
def test_the_rules_quote_what_was_judged_as_well_as_they_did(real_data: Path) -> None:
    """Each judged place is in the text; of what the rules quote there today, enough was found right, by right."""
    rows = read_verdicts()
    texts = {source: read_texts(real_data, source) for source in {row["source"] for row in rows}}
    counts: dict[tuple[str, bool], list[int]] = defaultdict(lambda: [0, 0])
    found = 0
    for row in rows:
        of = texts[row["source"]]
        text = of[row["publication_number"], row["field"]]
        start, length = int(row["start"]), int(row["length"])
        assert 0 <= start < start + length <= len(text)
        language = "zh" if "zh_" in row["source"] else "en"
        given = [
            Text("P", field, language, of[row["publication_number"], field])
            for field in ("title", "abstract")
            if (row["publication_number"], field) in of
        ]
        tags = find_tags(given, [], RULES)
        for tag in tags:
            stored = of[row["publication_number"], tag.field]
            assert tag.start is not None and stored[tag.start : tag.start + len(tag.quote)] == tag.quote
        rule = RULES.by_id[row["rule_id"]]
        if any(
            (tag.rule_id, tag.right, tag.field, tag.start, len(tag.quote))
            == (rule.id, row["right"], row["field"], start, length)
            for tag in tags
        ):
            found += 1
            if row["half"] == "judged":
                counts[row["right"], rule.is_protective][0] += row["verdict"] == "right"
                counts[row["right"], rule.is_protective][1] += 1
    shown = {key: [one.good, one.passages] for key, one in read_precision().items()}
    assert shown == {key: count for key, count in counts.items() if count[1]}
    assert found >= 0.9 * len(rows)
    for key, least in LEAST.items():
        good, of_all = counts[key]
        assert of_all >= 5 and good / of_all >= least, key
