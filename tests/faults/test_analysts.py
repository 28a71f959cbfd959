"""Analysts by the dozen while versions are published: nobody sees an error, a mixture, or a file that is not there."""

from __future__ import annotations

import datetime as dt
import json
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from filingwatch import ledger, publish, warehouse
from filingwatch.jobs.base import JobOutcome
from filingwatch.settings import Settings
from tests.commands import environment, run, run_python

ANALYSTS = 20
ROWS = 10_000
NUMBERS = [
    "select max(number) from core.big",
    "select min(number) from insight.copied",
    "select any_value(number) from v1.big where text like 'n%'",
    f"select sum(number) // {ROWS} from core.big",
]
"""Each answers the number that its version was made of."""

Vintage = tuple[str, str]
"""Version and run of a publication, as ops.this_publication tells them."""


@dataclass
class Analyst:
    """A process, what it was asked and reported so far, and what of a line has come."""

    process: subprocess.Popen[bytes]
    asked: int = 0
    looks: list[dict[str, Any]] = field(default_factory=list)
    rest: bytes = b""

    @property
    def now(self) -> Vintage | None:
        return tuple(self.looks[-1]["after"]) if self.looks else None

    @property
    def is_done(self) -> bool:
        return len(self.looks) == self.asked

    def ask(self, looks: int, more: str = "") -> None:
        self.asked += looks
        try:
            self.process.stdin.write(f"{more}\n".encode() * looks)  # type: ignore[union-attr]
            self.process.stdin.flush()  # type: ignore[union-attr]
        except BrokenPipeError:
            raise AssertionError(self.process.communicate()[1].decode()) from None


class Crowd:
    """Many analysts, read from without waiting for any single one."""

    def __init__(self, file: Path, queries: Sequence[str]) -> None:
        self.command = [sys.executable, str(Path(__file__).with_name("analyst.py")), str(file), *queries]
        self.analysts: list[Analyst] = []
        self.selector = selectors.DefaultSelector()

    def join(self, **more: str) -> Analyst:
        process = subprocess.Popen(
            self.command, env=dict(os.environ, **more), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        analyst = Analyst(process)
        self.selector.register(process.stdout, selectors.EVENT_READ, analyst)  # type: ignore[arg-type]
        self.analysts.append(analyst)
        return analyst

    def ask(self, looks: int) -> None:
        """Let everybody look so often, at once and without waiting for an answer."""
        for analyst in self.analysts:
            analyst.ask(looks)

    def listen_until(self, is_enough: Callable[[], bool], *, asking: bool = False) -> None:
        """Take in what they report until it is enough; when asking, each report is followed by another look."""
        while not is_enough():
            for key, _ in self.selector.select(timeout=0.5):
                self._hear(key.data)
                if asking and key.data.is_done:
                    key.data.ask(1)

    def see(self, vintage: Vintage, who: Sequence[Analyst]) -> None:
        """Whoever opens the file now sees this vintage."""
        self.ask(1)
        self.listen_until(lambda: all(analyst.is_done for analyst in self.analysts))
        assert {analyst.now for analyst in who} == {vintage}

    def kill(self, analyst: Analyst) -> None:
        analyst.process.send_signal(signal.SIGKILL)
        self.selector.unregister(analyst.process.stdout)  # type: ignore[arg-type]
        analyst.process.communicate()
        self.analysts.remove(analyst)

    def end(self) -> list[str]:
        """Let all of them end, and what those say that did not end well."""
        ends = [(analyst.process.communicate()[1].decode(), analyst.process.returncode) for analyst in self.analysts]
        return [error for error, code in ends if code != 0]

    def _hear(self, analyst: Analyst) -> None:
        more = os.read(analyst.process.stdout.fileno(), 65536)  # type: ignore[union-attr]
        if not more:
            raise AssertionError(analyst.process.communicate()[1].decode())
        *lines, analyst.rest = (analyst.rest + more).split(b"\n")
        analyst.looks += [json.loads(line) for line in lines]


@contextmanager
def crowd_at(file: Path, queries: Sequence[str]) -> Iterator[Crowd]:
    crowd = Crowd(file, queries)
    try:
        yield crowd
    finally:
        for analyst in crowd.analysts:
            if analyst.process.poll() is None:
                analyst.process.kill()
                analyst.process.communicate()


def fill(settings: Settings, number: int) -> ledger.Run:
    """A working file whose tables all say `number`, as a night would leave it."""
    run = ledger.new_run("nightly", dt.date(2026, 11, 22))
    with warehouse.writer(settings) as con:
        ledger.start_run(con, run)
        for schema, table in (("core", "big"), ("core", "late"), ("insight", "copied")):
            con.execute(f"create schema if not exists {schema}")
            con.execute(
                f"create or replace table {schema}.{table} as "
                f"select {number} as number, 'n' || md5(i::varchar) as text from range({ROWS}) as rows (i)"
            )
        con.execute("create schema if not exists v1")
        con.execute("create or replace view v1.big as select number, text from core.big")
        outcome = JobOutcome("transform:core", "", "ran", "test", {}, 0.0)
        ledger.record_job_run(con, run, outcome, key=str(number), version=1, parameters={}, inputs={})
    return run


def vintage_of(settings: Settings) -> Vintage:
    with warehouse.reader(settings) as con:
        return con.execute("select version, run_id from ops.this_publication").fetchall()[0]


def assert_unmixed(looks: Sequence[dict[str, Any]], numbers: dict[str, int] | None = None) -> None:
    """Every look saw one version from its first to its last question, and all its answers are that version's."""
    assert looks
    for seen in looks:
        assert seen["before"] == seen["after"], seen
        assert len(set(seen["answers"])) == 1, seen
        if numbers is not None:
            assert seen["answers"][0] == numbers[seen["before"][0]], seen


def test_twenty_analysts_see_whole_versions_while_others_come(settings: Settings) -> None:
    """New versions, a going back, a quiet night and a killed analyst: each of the others sees each state, whole."""
    settings = replace(settings, keep_versions=3)
    numbers = {publish.publish(settings, fill(settings, 1)).version: 1}
    with crowd_at(settings.published_file, NUMBERS) as crowd:
        keeper, doomed = crowd.join(KEEP="1"), crowd.join()
        lookers = [crowd.join() for _ in range(ANALYSTS - 2)]
        first = vintage_of(settings)
        crowd.see(first, [keeper, doomed, *lookers])
        doomed.ask(1000)
        for number in (2, 3, 4):
            crowd.ask(2)
            numbers[publish.publish(settings, fill(settings, number)).version] = number
            if doomed in crowd.analysts:
                crowd.kill(doomed)
            crowd.see(vintage_of(settings), lookers)
        crowd.ask(2)
        publish.restore(settings, ledger.new_run("restore", settings.today))
        assert numbers[vintage_of(settings)[0]] == 3
        crowd.see(vintage_of(settings), lookers)
        numbers[publish.publish(settings, fill(settings, 5)).version] = 5
        quiet = ledger.new_run("nightly", settings.today)
        with warehouse.writer(settings) as con:
            ledger.start_run(con, quiet)
        crowd.ask(2)
        assert publish.publish(settings, quiet).action == "refreshed"
        crowd.see(vintage_of(settings), lookers)
        # a table that it has not read yet: what it answers now comes from the file, not from memory
        keeper.ask(1, "select max(number) from core.late")
        crowd.listen_until(lambda: keeper.is_done)
        assert crowd.end() == []
    for analyst in lookers:
        assert_unmixed(analyst.looks, numbers)
        assert len({seen["before"][0] for seen in analyst.looks}) == len(numbers)
    # the version that it opened is long gone from the folder, and its answers are still those of that version
    assert_unmixed(keeper.looks, numbers)
    assert {tuple(seen["before"]) for seen in keeper.looks} == {first}
    assert first[0] not in [path.stem for path in publish.list_versions(settings)]


def test_a_full_disk_leaves_the_version_that_was_there(settings: Settings) -> None:
    """Who runs out of space says so and what to do; analysts keep what they have, and the next run publishes."""
    before = publish.publish(settings, fill(settings, 1))
    fill(settings, 2)
    limit = (
        "import resource, sys; from pathlib import Path; from filingwatch import ledger, publish, errors\n"
        "from filingwatch.settings import read_settings\n"
        "settings = read_settings(); run = ledger.new_run('nightly', settings.today)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({before.bytes // 2}, {before.bytes // 2}))\n"
        "try: publish.publish(settings, run)\n"
        "except errors.Terminal as error: sys.exit(f'refused: {error}')"
    )
    done = run_python(settings.home, "-c", limit)
    assert done.returncode == 1 and done.stderr.startswith("refused: "), done.stderr
    assert "free" in done.stderr and before.version in done.stderr
    assert vintage_of(settings)[0] == before.version
    assert [path.name for path in (settings.published / "versions").iterdir()] == [f"{before.version}.duckdb"]
    after = publish.publish(settings, fill(settings, 2))
    assert after.version > before.version and vintage_of(settings)[0] == after.version


@pytest.mark.slow
def test_twenty_analysts_while_whole_nights_run(tmp_path: Path) -> None:
    """Real nights land, transform, judge and publish; the counts of facts, marts and views agree in every look."""
    home, days = tmp_path / "home", ["2026-11-23", "2026-11-26", "2026-12-03"]
    run(home, "nightly", FILINGWATCH_TODAY="2026-11-22")
    counts = [
        "select count(*) from core.fct_invention",
        "select count(*) from v1.filing where watch = 'smart_cities'",
        "select sum(filing_count)::bigint + (select count(*) from v1.invention where filing_month is null) "
        "from v1.filing_month where watch = 'smart_cities'",
    ]
    settings = Settings(home=home, today=dt.date(2026, 11, 22))
    with crowd_at(settings.published_file, counts) as crowd:
        lookers = [crowd.join() for _ in range(ANALYSTS)]
        crowd.see(vintage_of(settings), lookers)
        for day in days:
            night = subprocess.Popen(
                [sys.executable, "-m", "filingwatch", "nightly"], env=environment(home, FILINGWATCH_TODAY=day),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            crowd.ask(1)
            crowd.listen_until(lambda night=night: night.poll() is not None, asking=True)
            assert night.returncode == 0
            crowd.see(vintage_of(settings), lookers)
        assert crowd.end() == []
    for analyst in lookers:
        assert_unmixed(analyst.looks)
        assert len({seen["before"][0] for seen in analyst.looks}) == 1 + len(days)
        assert len({seen["answers"][0] for seen in analyst.looks}) == 1 + len(days)
