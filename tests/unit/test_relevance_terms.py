"""What a term brings is counted right; planted words come out of the labels in both scripts. Filings are invented."""

from __future__ import annotations

import polars as pl
import pytest
from invented_filings import invent

from filingwatch.relevance.rule import Rule, find_hits
from filingwatch.relevance.terms import QueryTerm, TermSettings, measure_terms, suggest_terms, wilson

QUERY = [
    QueryTerm("include", "traffic signal", "en", "planted"),
    QueryTerm("include", "交通信号", "zh", "planted"),
    QueryTerm("include", "保费", "zh", "planted: brings only rejects"),
    QueryTerm("include", "熊胆", "zh", "planted: in no filing"),
    QueryTerm("exclude", "平安保险", "zh", "planted"),
    QueryTerm("exclude", "人脸识别", "zh", "planted: keeps out what matters"),
    QueryTerm("class", "G08G"),
]
RULE = Rule(
    tuple(part.term for part in QUERY if part.role == "include"),
    tuple(part.term for part in QUERY if part.role == "exclude"),
    tuple(part.term for part in QUERY if part.role == "class"),
)
RELEVANT = ("traffic", "faces")


def hits_of(filings: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for name, text, symbols in filings.select("invention_id", "text", "symbols").iter_rows():
        hit = find_hits(RULE, text, symbols)
        if hit.include or hit.exclude or hit.classes:
            rows.append((name, list(hit.include), list(hit.exclude), list(hit.classes)))
    lists = dict.fromkeys(("include", "exclude", "classes"), pl.List(pl.String))
    return pl.DataFrame(rows, {"invention_id": pl.String, **lists}, orient="row")


def labelled(filings: pl.DataFrame, share: int = 1) -> pl.DataFrame:
    """Every so many are labelled by their subject; the judgement is right everywhere."""
    is_relevant = pl.col("subject").is_in(RELEVANT)
    place = pl.int_range(pl.len()) % share == 0
    return filings.with_columns(
        is_relevant=is_relevant,
        probability=pl.when(is_relevant).then(0.9).otherwise(0.1),
        label=pl.when(place).then(is_relevant),
    )


@pytest.fixture(scope="module")
def filings() -> pl.DataFrame:
    return invent({"traffic": 60, "faces": 60, "energy": 60, "animals": 200, "insurance": 240})


def test_each_term_is_told_by_what_it_brings(filings: pl.DataFrame) -> None:
    """A good term, one that brings only rejects, one without hits, an exclude term that does harm: each is named."""
    found = measure_terms(QUERY, hits_of(filings), labelled(filings))
    verdicts = dict(found.select("term", "verdict").iter_rows())
    assert verdicts == {
        "traffic signal": "useful", "交通信号": "useful", "保费": "brings only rejects", "熊胆": "no hits",
        "平安保险": "useful", "人脸识别": "keeps out relevant ones", "G08G": "useful",
    }  # fmt: skip
    rejects = found.row(2, named=True)
    assert rejects["relevant_labels"] == 0 and rejects["irrelevant_labels"] == rejects["hit_count"] > 12
    assert rejects["relevant_share_low"] == 0.0 and 0 < rejects["relevant_share_high"] < 0.25
    assert rejects["collision_rate"] == 1.0 and rejects["expected_relevant"] == pytest.approx(rejects["hit_count"] / 10)


def test_marginal_yield_counts_what_nothing_else_reaches(filings: pl.DataFrame) -> None:
    """All of traffic is in the class, so no traffic term reaches anything alone; the class reaches the rest."""
    found = {row["term"]: row for row in measure_terms(QUERY, hits_of(filings), labelled(filings)).to_dicts()}
    assert (
        found["traffic signal"]["only_count"] == found["交通信号"]["only_count"] == 0 < found["交通信号"]["hit_count"]
    )
    worded = found["traffic signal"]["hit_count"] + found["交通信号"]["hit_count"]
    assert found["G08G"]["hit_count"] == 60 and found["G08G"]["only_count"] == 60 - worded
    assert found["保费"]["only_count"] == found["保费"]["hit_count"]


def test_few_labels_are_no_verdict(filings: pl.DataFrame) -> None:
    """Eleven rejects in a row prove less than the stated number asks for."""
    few = labelled(filings).with_columns(
        label=pl.when(pl.col("invention_id").is_in([f"CNinsurance{number:04d}" for number in range(0, 22, 2)])).then(
            pl.col("label")
        )
    )
    found = measure_terms(QUERY, hits_of(filings), few).filter(pl.col("term") == "保费").row(0, named=True)
    assert 0 < found["irrelevant_labels"] <= 11 and found["verdict"] == "too few labels"


def test_words_to_include_come_in_both_scripts_and_whole(filings: pl.DataFrame) -> None:
    """The planted words of the relevant subject that the query lacks; none of the others, and no piece of a word."""
    found = suggest_terms(labelled(filings, 3), QUERY, {})
    words = set(found.filter(pl.col("kind") == "include")["term"])
    english = {"face recognition", "surveillance camera", "identity check", "watch list", "video stream", "pedestrian",
               "intersection", "vehicle queue", "green phase", "road congestion", "lane detector"}  # fmt: skip
    chinese = {"监控摄像头", "行人", "身份核验", "布控名单", "视频流", "路口", "车辆排队", "绿灯时长", "道路拥堵",
               "车道检测"}  # fmt: skip
    assert words <= english | chinese, words - english - chinese
    assert len(words & english) >= 4 and len(words & chinese) >= 4


def test_the_other_sense_of_a_term_is_found_beside_it() -> None:
    """平安 is a safe city and an insurer: what marks the insurer among the filings that hold 平安 is suggested."""
    safe = [(f"s{n:02d}", f"平安城市，摄像头，街道{'，警务' if n % 2 else ''}。", True) for n in range(20)]
    firm = [(f"f{n:02d}", f"平安集团，理赔，投保人{'，精算表' if n % 2 else ''}。", False) for n in range(20)]
    rest = [(f"r{n:02d}", "生猪喂养，畜舍通风。", None) for n in range(30)]
    documents = pl.DataFrame(safe + firm + rest, ["invention_id", "text", "label"], orient="row")
    query = [QueryTerm("include", "平安", "zh", "planted")]
    hits = {name: ["平安"] for name, _, label in safe + firm if label is not None}
    found = suggest_terms(documents, query, hits).filter(pl.col("kind") == "exclude")
    assert {"平安集团", "理赔", "投保人"} <= set(found["term"]) <= {"平安集团", "理赔", "投保人", "精算表"}
    assert set(found["beside"]) == {"平安"} and found["relevant_labels"].sum() == 0
    assert all(name.startswith("f") for names in found["example_ids"] for name in names)


def test_without_labels_nothing_is_suggested(filings: pl.DataFrame) -> None:
    """The model's own judgement is no evidence for a word."""
    assert suggest_terms(labelled(filings).with_columns(label=pl.lit(None, pl.Boolean)), QUERY, {}).is_empty()


def test_the_interval_of_a_share_is_wilson_s() -> None:
    """Against published values: 0 of 10, 5 of 10, 10 of 10."""
    assert wilson(0, 10) == (0.0, pytest.approx(0.2775, abs=1e-4))
    assert wilson(5, 10) == (pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))
    assert wilson(10, 10)[1] == pytest.approx(1.0) and wilson(0, 0) == (None, None)


def test_a_word_that_brings_mostly_rejects_is_not_suggested() -> None:
    """Rare among the many irrelevant, it still stands mostly in them. Nor is a Japanese word a Chinese one."""
    said = [(f"r{n:02d}", f"lidar item{n}{' housing' if n else ''}, ランキンサイクル", True) for n in range(20)]
    said += [(f"i{n:03d}", f"kiln{' housing' if n < 40 else ''}", False) for n in range(400)]
    documents = pl.DataFrame(said, ["invention_id", "text", "label"], orient="row")
    strict = TermSettings(prior_tokens=50.0)
    loose = suggest_terms(documents, [], {}, TermSettings(least_share=0.0, prior_tokens=50.0))
    assert (loose["term"].to_list(), suggest_terms(documents, [], {}, strict)["term"].to_list()) == (
        ["lidar", "housing"], ["lidar"],
    )  # fmt: skip
