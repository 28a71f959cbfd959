"""The rights job on a warehouse: what it judges again, exact quotes, and what people say. All filings are invented."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import duckdb
import polars as pl
import pytest
from test_text_jobs import INVENTIONS, WATCH

from filingwatch import ledger
from filingwatch.jobs.base import JobOutcome, run_jobs
from filingwatch.jobs.rights import RightsJob
from filingwatch.rights import rules as rules_module
from filingwatch.settings import Settings
from filingwatch.warehouse import writer

FACE = "摄像机通过人脸识别确认访客；随后开门。"
CROWD = (
    "Cameras above a square estimate crowd density, draw a map of lanes, mark narrow gates, compare morning and night "
    "peaks, keep figures for one hour and warn the operator when the gathering grows beyond a limit."
)
LAMP = "A lamp post holds a lamp that is switched by a light sensor at dusk and again in the morning by a clock."


@pytest.fixture
def con(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with writer(settings) as con:
        con.execute("create schema core; create schema intermediate")
        con.execute(INVENTIONS)
        con.execute("create table core.bridge_invention_classification (invention_id varchar, symbol varchar)")
        con.execute(
            "create table core.dim_publication (publication_id varchar, invention_id varchar, publication_date date, "
            "is_deleted boolean)"
        )
        con.execute(
            "create table intermediate.int_publication_text (publication_id varchar, part varchar, language varchar, "
            "origin varchar, text varchar)"
        )
        for name, text, language in (("F", FACE, "zh"), ("C", CROWD, "en"), ("L", LAMP, "en")):
            add(con, name, text, language)
        yield con


def add(con: duckdb.DuckDBPyConnection, name: str, text: str, language: str = "en", *, relevant: bool = True) -> None:
    con.execute("insert into core.fct_invention (invention_id, text) values (?, ?)", [name, text])
    publish(con, name, f"{name}1A", text, language)
    if relevant:
        con.execute(
            "insert into ml.relevance (watch, invention_id, probability, is_relevant, decided_by, words_for, "
            "words_against, model_id) values (?, ?, 1, true, 'rule', [], [], 'm')",
            [WATCH.watch, name],
        )


def publish(con: duckdb.DuckDBPyConnection, name: str, publication: str, text: str, language: str) -> None:
    con.execute("insert into core.dim_publication values (?, ?, '2020-01-01', false)", [publication, name])
    con.execute(
        "insert into intermediate.int_publication_text values (?, 'abstract', ?, 'original', ?)",
        [publication, language, text],
    )


def say(con: duckdb.DuckDBPyConnection, number: int, subject: str, value: str, context: dict | None = None) -> None:
    con.execute(
        "insert into raw.decision values (?, 'p', ?, 'right_tag', ?, ?, 'ann', ?, 'because', null, ?)",
        [number, WATCH.watch, subject, value, dt.datetime(2026, 1, 1), json.dumps(context) if context else None],
    )


def night(con: duckdb.DuckDBPyConnection, day: int = 20) -> JobOutcome:
    [outcome] = run_jobs(con, [RightsJob()], [WATCH], ledger.new_run("nightly", dt.date(2026, 11, day)))
    return outcome


def tags(con: duckdb.DuckDBPyConnection, columns: str = "invention_id, right_code, said_by") -> list[tuple]:
    return con.execute(f"select distinct {columns} from ml.right_tag order by all").fetchall()


STORED = (
    "select count(*) from ml.right_tag as tag inner join intermediate.int_publication_text as stored "
    "on tag.publication_id = stored.publication_id and tag.field = stored.part and tag.language = stored.language "
    "where substring(stored.text, tag.start + 1, length(tag.quote)) = tag.quote"
)


def test_what_is_judged_is_quoted_from_what_is_stored(con: duckdb.DuckDBPyConnection) -> None:
    """Filings with a passage have tags, the others none; every quote stands in the stored text where it says."""
    add(con, "N", FACE, "zh", relevant=False)
    outcome = night(con)
    assert tags(con) == [("C", "ICCPR 21", None), ("F", "ICCPR 17", None)]
    assert outcome.figures["filings"] == outcome.figures["judged"] == 3
    assert tags(con, "quote, udhr_article") == [(CROWD, "UDHR 20"), ("摄像机通过人脸识别确认访客；", "UDHR 12")]
    assert con.sql(STORED).fetchone() == con.sql("select count(*) from ml.right_tag").fetchone() == (2,)
    assert con.sql("select model_id from ml.right_tag except select model_id from ml.model").fetchall() == []


def test_only_what_is_new_or_changed_is_judged_again(con: duckdb.DuckDBPyConnection) -> None:
    """Nothing new: not run. A changed text, a new class, a withdrawal: that filing alone, and no other row written."""
    night(con)
    assert night(con, 21).status == "current"
    before = con.sql("select rowid, * from ml.right_tag where invention_id = 'C'").fetchall()
    con.execute("update intermediate.int_publication_text set text = 'x。' || text where publication_id = 'F1A'")
    con.execute("insert into core.bridge_invention_classification values ('L', 'H04N 7/181')")
    assert night(con, 22).figures["judged"] == 2
    assert con.sql("select rowid, * from ml.right_tag where invention_id = 'C'").fetchall() == before
    assert tags(con, "invention_id, state, start, quote")[1:] == [
        ("F", "stated in text", 2, "摄像机通过人脸识别确认访客；"), ("L", "implied by class", None, "H04N 7/181"),
    ]  # fmt: skip
    con.execute("update core.dim_publication set is_deleted = true where publication_id = 'F1A'")
    con.execute("update ml.relevance set is_relevant = false where invention_id = 'L'")
    night(con, 23)
    assert {name for name, *_ in tags(con)} == {"C"}
    assert con.sql("select count(*) from ml.right_judged").fetchone() == (2,)


def test_changed_rules_judge_all_anew(con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule with a higher version is another set of rules: a new model, all filings, the new version in every tag."""
    night(con)
    plain = rules_module.read_rules().model_dump(mode="json")
    plain["rules"][0]["version"] += 1
    changed = rules_module.RuleSet.model_validate(plain)
    monkeypatch.setattr(rules_module, "read_rules", lambda: changed)
    outcome = night(con, 21)
    assert (outcome.status, outcome.figures["judged"], outcome.figures["read_anew"]) == ("ran", 3, True)
    assert con.sql("select count(distinct model_id) from ml.right_tag").fetchone() == (1,)
    assert con.sql("select count(*) from ml.model where job = 'rights'").fetchone() == (2,)
    assert tags(con, "rule_id, rule_version")[1] == ("face_identification", plain["rules"][0]["version"])


def test_another_version_of_the_job_judges_all_anew(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What reads the rules may have changed, and with it every tag: no old one is kept."""
    night(con)
    con.execute("update ml.right_tag set quote = 'as read before'")
    monkeypatch.setattr(RightsJob, "version", RightsJob.version + 1)
    assert night(con, 21).figures["judged"] == 3
    assert con.sql("select count(*) from ml.right_tag where quote = 'as read before'").fetchone() == (0,)


def test_people_confirm_refuse_and_take_back(con: duckdb.DuckDBPyConnection) -> None:
    """The last word stands; it is about one right; strangers and unknown rights are counted, not lost."""
    say(con, 1, "F1A|ICCPR 17", "refused")
    say(con, 2, "C|ICCPR 21", "confirmed")
    say(con, 3, "Z|ICCPR 21", "confirmed")
    say(con, 4, "C|privacy", "confirmed")
    figures = night(con).figures
    assert tags(con) == [("C", "ICCPR 21", "confirmed"), ("F", "ICCPR 17", "refused")]
    assert (figures["decisions_of_unknown_filings"], figures["decisions_of_unknown_rights"]) == (1, 1)
    say(con, 5, "F|ICCPR 17", "reset")
    assert night(con, 21).figures["judged"] == 0
    assert tags(con) == [("C", "ICCPR 21", "confirmed"), ("F", "ICCPR 17", None)]


def test_a_person_adds_a_tag_that_no_rule_found(con: duckdb.DuckDBPyConnection) -> None:
    """It is an analyst's judgement with a reason; a passage is quoted only where the stored text holds it."""
    say(con, 1, "L1A|ICCPR 17", "confirmed", {"quote": "a light sensor at dusk"})
    say(con, 2, "C|ICCPR 12", "confirmed", {"quote": "not in the text"})
    night(con)
    columns = "invention_id, right_code, state, field, start, quote, reason"
    added = [row for row in tags(con, columns) if row[2] == "analyst's judgement"]
    assert added == [
        ("C", "ICCPR 12", "analyst's judgement", "decision", None, None, "because"),
        ("L", "ICCPR 17", "analyst's judgement", "abstract", 45, "a light sensor at dusk", "because"),
    ]
    assert LAMP[45:].startswith("a light sensor at dusk")
    say(con, 3, "L|ICCPR 17", "reset")
    night(con, 21)
    assert [row[0] for row in tags(con, columns) if row[2] == "analyst's judgement"] == ["C"]


def test_a_refusal_stands_where_no_rule_found_anything(con: duckdb.DuckDBPyConnection) -> None:
    """What a technology alone ties to a filing can be refused; the word is kept, and inherited by near-duplicates."""
    add(con, "M", LAMP.replace("A lamp post", "The lamp post"))
    say(con, 1, "L|ICCPR 17", "refused")
    night(con)
    columns = "invention_id, right_code, rule_id, state, said_by, said_from"
    assert [row for row in tags(con, columns) if row[0] in "LM"] == [
        ("L", "ICCPR 17", "person", "analyst's judgement", "refused", "L"),
        ("M", "ICCPR 17", "person", "analyst's judgement", "refused", "L"),
    ]


def test_a_person_may_add_that_a_right_is_at_stake_and_protected(con: duckdb.DuckDBPyConnection) -> None:
    """Two words about one right of one filing, one for each side: two tags."""
    say(con, 1, "L|ICCPR 17", "confirmed")
    say(con, 2, "L|protects ICCPR 17", "confirmed")
    assert night(con).status == "ran"
    assert [row for row in tags(con, "invention_id, rule_id, is_protective, said_by") if row[0] == "L"] == [
        ("L", "person", False, "confirmed"), ("L", "person protects", True, "confirmed"),
    ]  # fmt: skip


def test_a_word_taken_back_leaves_that_of_another_near_duplicate(con: duckdb.DuckDBPyConnection) -> None:
    """Two of three like filings were spoken of; the likest is taken back: the other is inherited."""
    for name, change in (("D", "A camera above"), ("E", "The cameras above")):
        add(con, name, CROWD.replace("Cameras above", change))
    say(con, 1, "C|ICCPR 21", "refused")
    say(con, 2, "D|ICCPR 21", "refused")
    night(con)
    [(source,)] = con.sql("select distinct said_from from ml.right_tag where invention_id = 'E'").fetchall()
    other = {"C": "D", "D": "C"}[source]
    say(con, 3, f"{source}|ICCPR 21", "reset")
    night(con, 21)
    assert [row for row in tags(con, "invention_id, said_by, said_from") if row[0] in "CDE"] == [
        (name, "refused", other) for name in "CDE"
    ]


def test_a_word_is_inherited_by_later_versions_members_and_copies(con: duckdb.DuckDBPyConnection) -> None:
    """A corrected text, a further publication of the family and a near-duplicate share it; a word of its own wins."""
    say(con, 1, "C|ICCPR 21", "refused")
    night(con)
    con.execute(
        "update intermediate.int_publication_text set text = text || ' Corrected.' where publication_id = 'C1A'"
    )
    publish(con, "C", "C2B", "视频用于人群密度估计。", "zh")
    add(con, "D", CROWD.replace("Cameras above", "A camera above"))
    night(con, 21)
    columns = "invention_id, language, said_by, said_from"
    assert [row for row in tags(con, columns) if row[0] in "CD"] == [
        ("C", "en", "refused", "C"), ("C", "zh", "refused", "C"), ("D", "en", "refused", "C"),
    ]  # fmt: skip
    say(con, 2, "D|ICCPR 21", "confirmed")
    night(con, 22)
    assert [row for row in tags(con, columns) if row[0] == "D"] == [("D", "en", "confirmed", "D")]
    say(con, 3, "D|ICCPR 21", "reset")
    say(con, 4, "C|ICCPR 21", "reset")
    night(con, 23)
    assert {row[2] for row in tags(con, columns)} == {None}


def test_protective_tags_stand_beside_and_are_spoken_of_apart(con: duckdb.DuckDBPyConnection) -> None:
    """Refusing that privacy is at stake leaves the tag that protects it, and the other way round."""
    add(con, "P", "Face recognition is used, and the faces of all users are anonymised.")
    say(con, 1, "P|ICCPR 17", "refused")
    night(con)
    columns = "rule_id, is_protective, said_by"
    spoken = [row for row in tags(con, f"invention_id, {columns}") if row[0] == "P"]
    assert spoken == [("P", "anonymising", True, None), ("P", "face_identification", False, "refused")]
    say(con, 2, "P|protects ICCPR 17", "refused")
    night(con, 21)
    assert {row[3] for row in tags(con, f"invention_id, {columns}") if row[0] == "P"} == {"refused"}


def test_the_same_night_in_any_order_gives_the_same_rows(con: duckdb.DuckDBPyConnection) -> None:
    """Night after night or all at once: equal rows, but for the id of the model."""
    night(con)
    add(con, "D", CROWD)
    say(con, 1, "D|ICCPR 21", "confirmed")
    night(con, 21)
    frames = [con.sql("select * exclude (model_id) from ml.right_tag order by all").pl()]
    con.execute("delete from ml.right_tag; delete from ml.right_judged; delete from ml.model; delete from ops.job_run")
    night(con, 22)
    frames.append(con.sql("select * exclude (model_id) from ml.right_tag order by all").pl())
    assert frames[0].height > 2 and frames[0].equals(frames[1])
    assert isinstance(frames[0], pl.DataFrame)
