"""`filingwatch rights ...` on a published file made by hand; everything in it is invented."""

from __future__ import annotations

import json

import duckdb
import pytest

from filingwatch.cli import main
from filingwatch.right_findings import read_evidence, read_summary
from filingwatch.rights.precision import read_precision, wilson
from filingwatch.rights.rules import read_rules
from filingwatch.settings import Settings

WATCH = ("--watch", "smart_cities")
ROW = {
    "watch": "smart_cities", "invention_id": "CN1A", "right_code": "ICCPR 17", "udhr_article": "UDHR 12",
    "state": "stated in text", "is_protective": False, "rule_id": "face_identification", "rule_version": 1,
    "technology": "face_recognition", "language": "zh", "publication_id": "CN1A", "field": "abstract", "start": 4,
    "quote": "通过人脸识别确认访客；", "reason": "a face is read", "said_by": None, "said_from": None,
    "is_refused": False, "office": "CN", "filing_month": "2020-01-01", "topic_id": None, "title": "门禁",
    "is_synthetic": True,
}  # fmt: skip


@pytest.fixture
def published(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("FILINGWATCH_HOME", str(settings.home))
    settings.published.mkdir(parents=True, exist_ok=True)
    rows = [
        ROW,
        ROW | {"state": "implied by class", "rule_id": "class_face", "publication_id": None, "field": "class",
               "language": "", "start": None, "quote": "G06V 40/16"},
        ROW | {"is_protective": True, "rule_id": "anonymising", "quote": "人脸匿名化"},
        ROW | {"invention_id": "CN2A", "right_code": "ICCPR 27", "is_refused": True, "said_by": "refused"},
    ]  # fmt: skip
    with duckdb.connect(str(settings.published_file)) as con:
        con.execute("create schema core; create schema insight")
        con.execute("create table core.dim_publication as select 'CN1B' as publication_id, 'CN1A' as invention_id")
        names = {"is_protective": "boolean", "is_refused": "boolean", "is_synthetic": "boolean", "start": "integer",
                 "rule_version": "integer"}  # fmt: skip
        columns = ", ".join(f"{name} {names.get(name, 'varchar')}" for name in ROW)
        con.execute(f"create table insight.fct_right_evidence ({columns})")
        con.executemany(
            f"insert into insight.fct_right_evidence values ({', '.join('?' * len(ROW))})",
            [list(row.values()) for row in rows],
        )
    return settings


def test_a_filing_is_shown_by_any_of_its_publications(published: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """The passage with its place, the class, what protects, the stamp and the caveat."""
    main_ends(["rights", "show", "CN1B", *WATCH])
    told = capsys.readouterr().out
    for words in (
        "SYNTHETIC CN1A  ICCPR 17 / UDHR 12  stated in text", "CN1A, abstract, zh, from character 4:",
        "“通过人脸识别确认访客；”", "class G06V 40/16", "protects ICCPR 17", "A filing is not a deployment",
    ):  # fmt: skip
        assert words in told
    assert len(read_evidence(published, "smart_cities", right="ICCPR 17")) == 3
    assert len(read_evidence(published, "smart_cities", right="ICCPR 17", most=1)) == 1


def test_a_quote_steers_no_terminal_and_a_limit_is_said(
    published: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Control characters and turned lines of what somebody filed are left out; what is cut off is told of."""
    with duckdb.connect(str(published.published_file)) as con:
        con.execute("update insight.fct_right_evidence set quote = ?", ["a \x1b[2J\u202efact"])
    main_ends(["rights", "show", "CN1B", "--most", "1", *WATCH])
    told = capsys.readouterr().out
    assert "“a [2Jfact”" in told and "\x1b" not in told and "\u202e" not in told
    assert "At most 1 tags are shown; there may be more: --most." in told
    main_ends(["rights", "show", "CN1B", *WATCH])
    assert "there may be more" not in capsys.readouterr().out


def test_the_summary_counts_filings_and_tells_precision(
    published: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """One filing with two grounds counts once a right; refused ones are apart; unmeasured rights say so."""
    by_right = {(row["right_code"], row["is_protective"]): row for row in read_summary(published, "smart_cities")}
    privacy = by_right["ICCPR 17", False]
    assert (privacy["filing_count"], privacy["stated_count"], privacy["implied_count"]) == (1, 1, 1)
    assert privacy["measured"]["passages"] >= 50 and privacy["measured"]["low"] < privacy["measured"]["precision"]
    assert (by_right["ICCPR 27", False]["filing_count"], by_right["ICCPR 27", False]["refused_count"]) == (0, 1)
    main_ends(["rights", "summary", *WATCH])
    told = capsys.readouterr().out
    assert "A filing is not a deployment" in told and "SYNTHETIC" in told and "rows must not be added up" in told
    main_ends(["rights", "summary", "--json", *WATCH])
    assert json.loads(capsys.readouterr().out)["rights"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rights", "show"], "Name a filing, or a right"),
        (["rights", "show", "CN9", *WATCH], "Nothing is published of filing 'CN9'"),
        (["rights", "show", "--right", "ICCPR 99", *WATCH], "Nothing is published of right 'ICCPR 99'"),
    ],
)
def test_what_is_not_there_is_said(
    published: Settings, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """Each message names what was asked and what to do next."""
    with pytest.raises(SystemExit):
        main(arguments)
    assert said in capsys.readouterr().err


def test_measured_precision_is_of_rights_that_the_rules_name() -> None:
    """Every figure belongs to a right of the rules; Wilson's interval holds the share and stays between 0 and 1."""
    named = {(right, rule.is_protective) for rule in read_rules().rules for right in rule.rights}
    for key, one in read_precision().items():
        assert key in named and 0 <= one.low <= one.share <= one.high <= 1
    assert wilson(2, 4) == pytest.approx((0.15, 0.85), abs=1e-3)


def main_ends(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert not ended.value.code
