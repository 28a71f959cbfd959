"""Two nights of the demo office, and then: what did we say on the first, and what could anybody know then?"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from filingwatch import night, transform, warehouse
from filingwatch.as_of import make_file
from filingwatch.as_of.nights import replay_night
from filingwatch.decisions import decide
from filingwatch.errors import BadInput, NightTaken
from filingwatch.ledger import new_run
from filingwatch.lock import hold_night
from filingwatch.resources import shipped_watches
from filingwatch.settings import Settings

DAYS = (dt.date(2026, 9, 20), dt.date(2026, 11, 22))


@dataclass(frozen=True)
class Nights:
    """A home after two nights, and a copy of what the first one published."""

    settings: Settings
    first_published: Path


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    home = tmp_path_factory.mktemp("as-of") / "home"
    settings = Settings(home=home, today=DAYS[0], demo="on", demo_scale=0.05)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transform, "build", _build_unjudged)
        _spend_night(settings)
        kept = home.parent / "first.duckdb"
        shutil.copyfile(settings.published_file, kept)
        _change_minds(settings)
        settings = replace(settings, today=DAYS[1])
        _spend_night(settings)
        yield Nights(settings, kept)


def _build_unjudged(
    settings: Settings, select: str, *, as_of: dt.date, is_whole: bool = True
) -> transform.TransformResult:
    """A build without the tests of its tables and the views of v1, which cost more than the tables; both are tested
    elsewhere."""
    leave_out = ["--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"]
    leave_out += ["--exclude", "path:models/v1"]
    whole = ["--full-refresh"] if is_whole else []
    return transform.run_dbt(settings, ["build", "--select", select, *leave_out, *whole], as_of=as_of, what=select)


def _spend_night(settings: Settings) -> None:
    """The stages of a night, without the scheduler and the gates."""
    with night.session(settings, "nightly") as (run, _):
        night.take_in(settings, run)
        for source in night.source_names(settings):
            night.ingest_source(settings, run, source)
        for layer, stages in (("core", ("names", "text")), ("series", ("series",)), ("findings", ())):
            night.transform_layer(settings, run, layer)
            for stage in stages:
                night.run_stage(settings, run, stage)
        night.publish_night(settings, run)


def _change_minds(settings: Settings) -> None:
    """After the first night: a label, another question, and an office that takes a publication back."""
    with warehouse.reader(settings) as con:
        [(relevant,), (withdrawn,)] = con.execute(
            "select publication_id from core.dim_publication inner join insight.fct_watch_filing using (invention_id) "
            "inner join core.fct_invention using (invention_id) where watch = 'smart_cities' and is_relevant "
            "and publication_count = 1 and fct_invention.filing_month < '2020-01-01' order by publication_id limit 2"
        ).fetchall()
    decide(settings, kind="relevance_label", subject=relevant, value="irrelevant", decided_by="ann",
           watch="smart_cities", reason="test")  # fmt: skip
    text = (shipped_watches() / "smart_cities.yaml").read_text(encoding="utf-8")
    settings.user_watches.mkdir(parents=True)
    own = settings.user_watches / "smart_cities.yaml"
    own.write_text(text.replace("least_filings: ", "least_filings: 1", 1), encoding="utf-8")
    with night.session(replace(settings, today=DAYS[1]), "import") as (run, _), warehouse.writer(settings) as con:
        con.execute(
            "insert into raw.page select ?, ?, source, feed, request, payload_sha256, payload_bytes, fetched_at, 1, 0, "
            "0, 1, 0 from raw.page where source = 'demo' limit 1",
            ["withdrawal", run.run_id],
        )
        con.execute("insert into raw.sighting values ('withdrawal', 0, ?, 'changed')", [withdrawn])
        con.execute(
            "insert into raw.publication by name select * replace (version + 1 as version, true as is_deleted, "
            "'withdrawal' as page_id, 0 as record_index, 'gone' as content_hash) "
            "from raw.publication where publication_id = ? and source = 'demo'",
            [withdrawn],
        )


def _tables(con: duckdb.DuckDBPyConnection, database: str) -> set[tuple[str, str]]:
    return set(
        con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = ? "
            "and schema_name in ('core', 'insight', 'ml')",
            [database],
        ).fetchall()
    )


def _look_of(settings: Settings) -> list[tuple[int, ...]]:
    stats = [file.stat() for file in (settings.published_file, settings.working_file)]
    return [(stat.st_ino, stat.st_size, stat.st_mtime_ns) for stat in stats]


def _differing(con: duckdb.DuckDBPyConnection, one: str, other: str) -> set[str]:
    """The tables that are not equal as bags of rows."""
    found = set()
    for schema, table in sorted(_tables(con, one)):
        left, right = f'{one}.{schema}."{table}"', f'{other}.{schema}."{table}"'
        for sql in (f"from {left} except all from {right}", f"from {right} except all from {left}"):
            if con.execute(f"select count(*) from ({sql})").fetchall() != [(0,)]:
                found.add(f"{schema}.{table}")
    return found


def test_every_night_of_changepoints_gives_its_own_answer_again(nights: Nights) -> None:
    """From what was known then, the job says to the digit what it said, for each watch, and nothing is written."""
    before = _look_of(nights.settings)
    for day in DAYS:
        replays = replay_night(nights.settings, day)
        assert {(one.verdict, one.why) for one in replays} == {("same", "")}, replays
        assert "smart_cities" in {one.watch for one in replays if one.as_of == day}
    assert before == _look_of(nights.settings)


def test_the_file_of_a_past_day_is_the_file_that_was_published_then(nights: Nights, tmp_path: Path) -> None:
    """Table by table and row by row, core, insight and ml alike: no exceptions."""
    before = _look_of(nights.settings)
    made = make_file(nights.settings, DAYS[0], "ours", tmp_path / "then.duckdb")
    with duckdb.connect() as con:
        con.execute(f"attach '{nights.first_published}' as was (read_only)")
        con.execute(f"attach '{made.path}' as is_now (read_only)")
        assert _tables(con, "was") == _tables(con, "is_now")
        con.execute(f"attach '{nights.settings.published_file}' as today (read_only)")
        assert _differing(con, "was", "is_now") == set()
        assert _differing(con, "was", "today") >= {
            "core.fct_invention", "ml.relevance", "ml.filing_topic", "ml.filing_completeness",
            "insight.fct_watch_filing", "insight.dim_series", "insight.fct_revision", "core.fct_record_fate",
        }  # fmt: skip
        assert con.execute("select mode, as_of, last_run_as_of, caveats from is_now.ops.as_of").fetchall() == [
            ("ours", DAYS[0], DAYS[0], [])
        ]
        mute = "from duckdb_columns() where database_name = 'is_now' and comment is null"
        assert con.execute(f"select table_name, column_name {mute}").fetchall() == []
    assert before == _look_of(nights.settings)
    assert not list(nights.settings.working_file.parent.glob("as-of-*"))


def test_every_change_of_a_past_month_is_told_with_its_reason(nights: Nights) -> None:
    """New publications, a withdrawal and a label of between the nights, and the count of any month on any day."""
    with warehouse.reader(nights.settings) as con:
        reasons = con.execute("select distinct watch, main_reason from insight.fct_revision").fetchall()
        assert {("", "new publications"), ("", "publications withdrawn"), ("smart_cities", "relevance changed")} <= set(
            reasons
        )
        [(wrong,)] = con.execute(
            "select count(*) from insight.fct_revision where difference_count <> gained_count - lost_count or "
            "gained_count + lost_count <> published_count + withdrawn_count + linked_count + corrected_count + "
            "judged_count"
        ).fetchall()
        assert wrong == 0
        [(then,)] = con.execute(
            "select sum(n) from (select arg_max(filing_count, taken_at) as n from ops.month_vintage where watch = '' "
            "and as_of <= ? group by office, patent_type, filing_month, is_synthetic)",
            [DAYS[0]],
        ).fetchall()
    with duckdb.connect(str(nights.first_published), read_only=True) as con:
        assert con.execute("select count(filing_month) from core.fct_invention").fetchall() == [(then,)]


def test_the_world_of_a_day_holds_what_was_published_by_then(nights: Nights, tmp_path: Path) -> None:
    """Long before this home began: exactly the publications of by then, and of each what today's model says."""
    day = dt.date(2020, 6, 30)
    made = make_file(nights.settings, day, "world", tmp_path / "world.duckdb")
    with duckdb.connect() as con:
        con.execute(f"attach '{made.path}' as past (read_only)")
        con.execute(f"attach '{nights.settings.published_file}' as today (read_only)")
        known = "select publication_id from today.core.dim_publication where not is_deleted and publication_date <= ?"
        there = {row[0] for row in con.execute("select publication_id from past.core.dim_publication").fetchall()}
        expected = {row[0] for row in con.execute(known, [day]).fetchall()}
        assert expected <= there and len(there - expected) <= 1  # one was withdrawn long after that day
        [(late,)] = con.execute(
            "select count(*) from past.core.dim_publication where greatest(publication_date, grant_date) > ?", [day]
        ).fetchall()
        assert late == 0
        said = "select publication_id, is_relevant from {0}.insight.fct_watch_filing inner join " \
            "{0}.core.dim_publication using (invention_id) where watch = 'smart_cities'"  # fmt: skip
        [(judged, other)] = con.execute(
            f"select count(*), count(*) filter (where past.is_relevant <> today.is_relevant) "
            f"from ({said.format('past')}) as past inner join ({said.format('today')}) as today using (publication_id)"
        ).fetchall()
        assert judged >= len(expected) and other == 0
        late_names = "select name from past.core.dim_applicant except select name from today.core.dim_applicant"
        assert con.execute(late_names).fetchall() == []
        [(entities, nameless)] = con.execute(
            "select count(*), count(*) filter (where name_count = 0 and known_from <> 'seed') "
            "from past.core.dim_legal_entity"
        ).fetchall()
        assert entities and not nameless
        [(mode, lags)] = con.execute("select mode, feed_lags from past.ops.as_of").fetchall()
        assert mode == "world" and [lag["feed"] for lag in lags] == ["demo"]


def test_questions_that_have_no_answer_say_why(nights: Nights, tmp_path: Path) -> None:
    """A day to come, a day before everything, an unknown mode or watch, a file that is there, a night under way."""
    settings, out = nights.settings, tmp_path / "out.duckdb"
    for day, mode, words in (
        (dt.date(2027, 1, 1), "ours", "lies ahead"),
        (dt.date(2020, 1, 1), "ours", "Nothing had been seen here by 2020-01-01: the first is of 2026-09-20"),
        (dt.date(1920, 1, 1), "world", "Nothing had been published by 1920-01-01"),
        (DAYS[0], "best", "no mode 'best'"),
    ):
        with pytest.raises(BadInput, match=words):
            make_file(settings, day, mode, out)
    with pytest.raises(BadInput, match="no watch 'moles'"):
        make_file(settings, DAYS[0], "ours", out, watches=("moles",))
    with pytest.raises(BadInput, match="not a place"):
        make_file(settings, DAYS[0], "ours", settings.published_file, force=True)
    with hold_night(settings, new_run("nightly", DAYS[1])), pytest.raises(NightTaken, match="nightly"):
        make_file(settings, DAYS[0], "ours", out)
    assert not out.exists()
    out.write_text("mine")
    with pytest.raises(BadInput, match="--force"):
        make_file(settings, DAYS[0], "ours", out)
    assert out.read_text() == "mine"
    assert not list(settings.working_file.parent.glob("as-of-*"))
