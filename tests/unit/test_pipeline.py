"""What changed in how series are made, and the old way that is kept beside the new one: on a real working file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pytest
from invented_filings import invent
from test_text_jobs import INVENTIONS, WATCH, add

from filingwatch import ledger
from filingwatch.jobs.base import run_jobs
from filingwatch.jobs.pipeline import LIVED_WITH_DAYS, LOST_DAYS, SETTLING_DAYS, follow_changes
from filingwatch.jobs.relevance import RelevanceJob
from filingwatch.landing import land_watches
from filingwatch.settings import Settings
from filingwatch.warehouse import writer
from filingwatch.watch import Technology, Term, Watch

FIRST = dt.date(2026, 1, 5)
LATER = FIRST + dt.timedelta(days=SETTLING_DAYS + 5)
SUBJECTS = {"traffic": 50, "faces": 40, "energy": 40, "animals": 80, "insurance": 20}
NEWS = {"traffic": 5, "faces": 4, "animals": 6, "insurance": 4}
WIDER = WATCH.model_copy(
    update={"include": (*WATCH.include, Term(term="平安保险", language="zh", reason="wider")), "exclude": ()}
)


class Home:
    """A working file with the tables that the text jobs read, and nights on it."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        con.execute("create schema core")
        con.execute(INVENTIONS)
        con.execute("create table core.bridge_invention_classification (invention_id varchar, symbol varchar)")
        con.execute("create table core.dim_publication (publication_id varchar, invention_id varchar)")
        add(con, invent(SUBJECTS))

    def night(self, day: dt.date, watch: Watch = WATCH, *, sources: tuple[str, ...] = ("ops",)) -> dict[str, Any]:
        """What the step says of a night on which these sources brought something."""
        run = ledger.Run(f"run-{day}", "nightly", day, dt.datetime.combine(day, dt.time(3)))
        ledger.start_run(self.con, run)
        land_watches(self.con, [watch], run)
        for source in sources:
            self._bring(run, source)
        run_jobs(self.con, [RelevanceJob()], [watch], run)
        (outcome,) = follow_changes(self.con, run, [watch])
        ledger.finish_run(self.con, run, "succeeded", {})
        return {"status": outcome.status, "changes": [], "kept": self.parts(), **outcome.figures}

    def label(self, number: int, invention: str, value: str) -> None:
        self.con.execute(
            "insert into raw.decision "
            "values (?, 'p', 'test_watch', 'relevance_label', ?, ?, 'ada', ?, null, null, null)",
            [number, invention, value, dt.datetime(2026, 2, 1)],
        )

    def accept(self, number: int, run_id: str) -> None:
        self.con.execute(
            "insert into raw.page values (?, ?, 'decisions', 'inbox', '{}', 'x', 1, now()::timestamp, 1, 0, 1, 0, 0)",
            [f"p-{number}", run_id],
        )
        self.con.execute(
            "insert into raw.decision "
            "values (?, ?, 'test_watch', 'new_way', 'all', 'accepted', 'ada', ?, null, null, null)",
            [number, f"p-{number}", dt.datetime(2026, 3, 1)],
        )

    def answers(self, table: str) -> dict[str, bool]:
        return dict(self.con.sql(f"select invention_id, is_relevant from {table}").fetchall())

    def log(self) -> list[str]:
        return [
            cause
            for (cause,) in self.con.sql("select cause from ml.pipeline_change order by on_date, cause").fetchall()
        ]

    def parts(self) -> list[str]:
        return [part for (part,) in self.con.sql("select part from ml.series_baseline order by 1").fetchall()]

    def _bring(self, run: ledger.Run, source: str) -> None:
        for kind, status, records in (("page", "ok", 5), ("end", "ok", 0)):
            ledger.record_outcome(self.con, run, source, kind, status, feed=f"{source}-feed", record_count=records)
        self.con.execute(
            "insert into raw.publication (source, feed, publication_id, version, content_hash, page_id, record_index, "
            "first_seen_at, is_synthetic, is_deleted, office, number, kind, original_number, priorities, texts, "
            "parties, classifications) select ?, ?, ?, 1, 'h', 'p', 0, ?, false, false, 'CN', '1', 'A', '1', "
            "[], [], [], []",
            [source, f"{source}-feed", f"CN-{source}-{run.run_id}", run.started_at],
        )


@contextmanager
def new_home(settings: Settings) -> Iterator[Home]:
    with writer(settings) as con:
        yield Home(con)


@pytest.fixture
def home(settings: Settings) -> Iterator[Home]:
    with new_home(settings) as made:
        yield made


def test_a_night_without_a_change_keeps_nothing(home: Home) -> None:
    """The first night is the regime itself; nothing is logged, no old way is kept, and an equal night does nothing."""
    assert home.night(FIRST) == {"status": "ran", "changes": [], "kept": [], "judged": 0}
    assert home.night(FIRST + dt.timedelta(days=1))["status"] == "current"
    assert home.log() == [] and home.parts() == [] and home.answers("ml.baseline_relevance") == {}


def test_a_watch_that_is_set_up_has_no_old_way(home: Home) -> None:
    """Words that are changed in the first weeks belong to the beginning; later they are a change."""
    home.night(FIRST)
    assert home.night(FIRST + dt.timedelta(days=SETTLING_DAYS), WIDER)["changes"] == []
    assert home.night(FIRST + dt.timedelta(days=SETTLING_DAYS + 1))["changes"] == ["watch"]


@pytest.mark.parametrize("cause", ["watch", "labels"])
def test_the_old_way_is_what_would_have_been_said(tmp_path_factory: pytest.TempPathFactory, cause: str) -> None:
    """After a change every invention, also what came later, has the answer of a home in which nothing changed."""
    said = {}
    for name in ("changed", "as it was"):
        is_changed = name == "changed"
        with new_home(Settings(home=tmp_path_factory.mktemp("home"), today=LATER)) as home:
            _set_up(home)
            if is_changed and cause == "labels":
                for number in range(40):
                    home.label(number + 1, f"CNanimals{2 * number:04d}", "relevant")
            watch = WIDER if is_changed and cause == "watch" else WATCH
            figures = home.night(LATER, watch)
            assert figures["changes"] == ([cause] if is_changed else [])
            assert home.parts() == (["relevance"] if is_changed else [])
            add(home.con, invent(NEWS, prefix="new"))
            home.night(LATER + dt.timedelta(days=1), watch)
            said[name] = home.answers("ml.baseline_relevance" if is_changed else "ml.relevance")
            said[f"{name} now"] = home.answers("ml.relevance")
    assert len(said["changed"]) == sum(SUBJECTS.values()) + 1 + sum(NEWS.values())
    assert said["changed"] == said["as it was"] != said["changed now"]


def test_another_model_is_a_change_and_the_old_one_goes_on_judging(home: Home) -> None:
    """Learned anew with time: the answers of the model before stay, and it judges what comes later."""
    _set_up(home)
    before = home.answers("ml.relevance")
    old_model = home.con.sql("select max(model_id) from ml.model").fetchall()[0][0]
    add(home.con, invent({"traffic": 1}, prefix="second"))
    late = LATER + dt.timedelta(days=40)
    assert home.night(late) == {"status": "ran", "changes": ["model"], "kept": ["relevance"], "judged": 1}
    add(home.con, invent(NEWS, prefix="new"))
    assert home.night(late + dt.timedelta(days=1))["judged"] == sum(NEWS.values())
    kept = home.answers("ml.baseline_relevance")
    assert {name: kept[name] for name in before} == before and len(kept) == len(before) + 1 + sum(NEWS.values())
    assert home.con.sql("select relevance_model from ml.series_baseline").fetchall() == [(old_model,)]
    assert home.con.sql("select before, after from ml.pipeline_change").fetchall() == [
        (old_model, f"run-{late}-relevance-test_watch")
    ]


def test_what_is_gone_leaves_the_old_way_and_what_changed_is_judged_again(home: Home) -> None:
    """The old way is about the inventions of today, in their words of today."""
    _set_up(home)
    home.night(LATER, WIDER)
    home.con.execute("delete from core.fct_invention where invention_id = 'CNtraffic0000'")
    home.con.execute(
        "update core.fct_invention set text = (select text from core.fct_invention "
        "where invention_id = 'CNanimals0000') where invention_id = 'CNtraffic0002'"
    )
    home.con.execute("delete from core.bridge_invention_classification where invention_id = 'CNtraffic0002'")
    assert home.answers("ml.baseline_relevance")["CNtraffic0002"]
    assert home.night(LATER + dt.timedelta(days=1), WIDER)["judged"] == 1
    kept = home.answers("ml.baseline_relevance")
    assert "CNtraffic0000" not in kept and not kept["CNtraffic0002"]


def test_other_technologies_are_a_part_of_their_own(home: Home) -> None:
    """Words of a technology do not move relevance; the old ones are kept, and only the first old ones."""
    _set_up(home)
    one, other = (Technology(id="lamps", name_en="Lamps", name_zh="灯", terms=(word,)) for word in ("lamp", "lantern"))
    home.night(LATER, WATCH.model_copy(update={"technologies": (one,)}))
    figures = home.night(LATER + dt.timedelta(days=1), WATCH.model_copy(update={"technologies": (other,)}))
    assert figures["changes"] == ["watch"] and figures["kept"] == ["technologies"]
    assert home.con.sql("select technologies from ml.series_baseline").fetchall() == [("[]",)]
    assert home.log() == ["watch", "watch"]


def test_a_source_that_is_gained_is_not_counted_the_old_way(home: Home) -> None:
    """From the first night with another feed on, the old way has those of before."""
    _set_up(home)
    assert home.night(LATER, sources=("ops", "lens"))["changes"] == ["source gained"]
    assert home.con.sql("select feeds from ml.series_baseline").fetchall() == [(["ops-feed"],)]


def test_a_source_that_falls_silent_is_lost_and_may_return(home: Home) -> None:
    """Not on its first quiet nights; then both ways count the others alone, until it tells again."""
    days = [FIRST + dt.timedelta(days=number) for number in range(0, 60, 10)]
    for day in days:
        home.night(day, sources=("ops", "lens"))
    assert home.night(days[-1] + dt.timedelta(days=LOST_DAYS), sources=("ops",))["kept"] == []
    figures = home.night(days[-1] + dt.timedelta(days=LOST_DAYS + 1), sources=("ops",))
    assert figures["changes"] == ["source lost"] and figures["kept"] == ["feeds"]
    assert home.con.sql("select feeds from ml.series_baseline").fetchall() == [(["ops-feed"],)]
    figures = home.night(days[-1] + dt.timedelta(days=LOST_DAYS + 2), sources=("ops", "lens"))
    assert figures["changes"] == ["source returned"] and figures["kept"] == []


def test_a_home_that_was_off_has_lost_nothing(home: Home) -> None:
    """When all were silent, none fell silent against the others; a file given once is no source that was lost."""
    for number in range(0, 60, 10):
        home.night(FIRST + dt.timedelta(days=number), sources=("ops", "once") if number == 30 else ("ops",))
    figures = home.night(FIRST + dt.timedelta(days=300), sources=("ops",))
    assert "source lost" not in figures["changes"] and home.log() == []


def test_the_old_way_ends_when_it_was_lived_with_or_is_accepted(home: Home) -> None:
    """After a year the new way is the way; before, when a person says so. Nothing of the old answers is left."""
    _set_up(home)
    home.night(LATER, WIDER)
    assert home.night(LATER + dt.timedelta(days=LIVED_WITH_DAYS["relevance"] - 1), WIDER)["kept"] == ["relevance"]
    assert home.night(LATER + dt.timedelta(days=LIVED_WITH_DAYS["relevance"]), WIDER)["kept"] == []
    assert home.log() == ["watch", "lived with"] and home.answers("ml.baseline_relevance") == {}
    after = LATER + dt.timedelta(days=LIVED_WITH_DAYS["relevance"] + 1)
    assert home.night(after, WATCH)["kept"] == ["relevance"]
    home.accept(900, f"run-{after + dt.timedelta(days=1)}")
    assert home.night(after + dt.timedelta(days=1), WATCH)["kept"] == []
    assert home.log() == ["watch", "lived with", "watch", "accepted"]
    assert home.night(after + dt.timedelta(days=2), WIDER)["kept"] == ["relevance"]


def test_real_filings_after_invented_ones_are_a_beginning(home: Home) -> None:
    """Nothing of the demo is compared with what is real: the regime begins again."""
    home.con.execute("alter table raw.publication alter is_synthetic set default true")
    _set_up(home)
    home.con.execute("update raw.publication set is_synthetic = true, feed = 'demo'")
    home.con.execute("update ml.series_regime set feeds = ['demo']")
    assert home.night(LATER, WIDER)["kept"] == [] and home.log() == []
    assert home.con.sql("select first_on from ml.series_regime").fetchall() == [(LATER,)]


def _set_up(home: Home) -> None:
    """The weeks before: a first night, and a model learned anew at their end, so that it is young on the day LATER."""
    home.night(FIRST)
    add(home.con, invent({"traffic": 1}, prefix="first"))
    home.night(FIRST + dt.timedelta(days=40))
    assert home.con.sql("select count(*) from ml.model").fetchall() == [(2,)]
