"""Verdicts, recording, the closed gate, and what Great Expectations may do to us."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filingwatch import quality, warehouse
from filingwatch.errors import GateClosed
from filingwatch.ledger import Run
from filingwatch.quality import CheckResult, GateResult, Verdict, expectations, gate
from filingwatch.quality.expectations import Judgement, Measurement, judge_measurements
from filingwatch.quality.rules import FewRows, InBand, NoRows, OneOf, Rule
from filingwatch.settings import Settings

RUN = Run("run-1", "nightly", dt.date(2026, 11, 22), dt.datetime(2026, 11, 22, 2))


def check(verdict: Verdict, name: str = "rule", sample: tuple = ()) -> CheckResult:
    return CheckResult(name, "core.table", verdict, "3 rows", "no such row", "It holds.", "Look at it.", sample)


def gate_of(*checks: CheckResult) -> GateResult:
    return GateResult("landed", checks, dt.datetime(2026, 11, 22, 3), False)


def test_importing_the_package_does_not_import_great_expectations() -> None:
    """Great Expectations costs seconds and pandas too: only judging pays for them."""
    code = (
        "import sys, filingwatch.quality; "
        "print([name for name in ('great_expectations', 'pandas') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@given(st.lists(st.sampled_from(Verdict), max_size=12))
def test_a_gate_is_open_only_if_something_was_checked_and_all_of_it_passed(verdicts: list[Verdict]) -> None:
    """One check that failed or could not be told closes it, and so does having no check at all."""
    result = gate_of(*(check(verdict) for verdict in verdicts))
    assert result.is_open is (verdicts != [] and set(verdicts) == {Verdict.PASSED})
    assert sum(result.count(verdict) for verdict in Verdict) == len(verdicts)
    assert len(result.not_passed) == len(verdicts) - result.count(Verdict.PASSED)
    if result.is_open:
        quality.require_open(result)
    else:
        with pytest.raises(GateClosed):
            quality.require_open(result)


def test_the_closed_gate_says_which_check_with_rows_and_what_to_do() -> None:
    """The message is enough to begin with: failed first, then what could not be told; passed checks are left out."""
    rows = ({"publication_id": "CN1A", "day": "1066-10-14"}, {"publication_id": "CN2A", "day": None})
    result = gate_of(
        check(Verdict.PASSED, "fine"), check(Verdict.COULD_NOT_TELL, "unclear"), check(Verdict.FAILED, "broken", rows)
    )
    with pytest.raises(GateClosed) as closed:
        quality.require_open(result)
    message = str(closed.value)
    assert "3 checks: 1 passed, 1 failed, 1 could not tell" in message
    assert "the last publication stays in place" in message
    assert message.index("failed: broken (core.table)") < message.index("could not tell: unclear (core.table)")
    assert "fine (" not in message
    assert '{"publication_id": "CN1A", "day": "1066-10-14"}' in message and "what to do: Look at it." in message


def test_every_check_is_recorded(settings: Settings) -> None:
    """ops.quality_result holds one row a check, with the sample as JSON."""
    rows = ({"publication_id": "CN1A", "title": "智慧"},)
    result = gate_of(check(Verdict.PASSED, "fine"), check(Verdict.FAILED, "broken", rows))
    with warehouse.writer(settings) as con:
        quality.record(con, RUN, result)
        stored = con.execute(
            "select run_id, suite, check_name, subject, verdict, observed, expected, sample, judged_at "
            "from ops.quality_result order by check_name"
        ).fetchall()
    assert [row[2:5] for row in stored] == [("broken", "core.table", "failed"), ("fine", "core.table", "passed")]
    assert json.loads(stored[0][7]) == [{"publication_id": "CN1A", "title": "智慧"}]
    assert stored[0][:2] == ("run-1", "landed") and stored[0][8] == result.judged_at


numbers = st.floats(-1e6, 1e6)


@hypothesis_settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(numbers, st.none() | numbers, st.none() | numbers), min_size=1, max_size=6))
def test_a_value_passes_exactly_when_it_lies_in_its_own_band(bands: list[tuple]) -> None:
    """Ends included; a bound that is missing does not bind; neighbours do not matter."""
    said = judge_measurements([Measurement("band", InBand(), *band) for band in bands])
    wanted = [(low is None or value >= low) and (high is None or value <= high) for value, low, high in bands]
    assert [one.passed for one in said] == wanted
    assert all(one.error is None for one in said)


def test_each_kind_of_expectation_is_judged_apart() -> None:
    """In one go, rows, shares, bands and words each get their own answer."""
    said = judge_measurements(
        [
            Measurement("none", NoRows(), rows=0),
            Measurement("some", NoRows(), rows=3),
            Measurement("few", FewRows("", 0.1, 5), value=0.1, high=0.1),
            Measurement("many", FewRows("", 0.1, 5), value=0.2, high=0.1),
            Measurement("band", InBand(), value=1, low=2),
            Measurement("words", OneOf(frozenset({"en", "zh"})), words=("en", "xx", "zh")),
            Measurement("good words", OneOf(frozenset({"en", "zh"})), words=("en",)),
        ]
    )
    assert [one.passed for one in said] == [True, False, True, False, False, False, True]
    assert said[5].unexpected_words == ("xx",)


def test_what_raises_inside_great_expectations_is_could_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """An expectation over a column that is not in the frame raises inside Great Expectations; others are judged."""
    frame = expectations._frame_of_values
    monkeypatch.setattr(expectations, "_frame_of_values", lambda items: frame(items).drop(columns="word"))
    said = judge_measurements(
        [Measurement("words", OneOf(frozenset({"en"})), words=("en",)), Measurement("band", InBand(), value=1, high=2)]
    )
    assert not said[0].passed and said[0].error is not None
    assert 'The column "word" in BatchData does not exist' in said[0].error
    assert said[1] == Judgement(passed=True)


def test_great_expectations_falling_over_is_could_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the whole validation raises, nothing is known about any check."""

    def fall_over(items: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(expectations, "_validate", fall_over)
    said = judge_measurements([Measurement("band", InBand(), value=1), Measurement("rows", NoRows())])
    assert [one.passed for one in said] == [False, False]
    assert {one.error for one in said} == {"Great Expectations raised RuntimeError: out of order"}


def test_an_answer_that_is_missing_is_could_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Expectations that answers fewer questions than were asked has not passed the others."""
    monkeypatch.setattr(expectations, "_validate", lambda items: {})
    assert [one.error is not None for one in judge_measurements([Measurement("rows", NoRows())])] == [True]


def judge_rule(monkeypatch: pytest.MonkeyPatch, settings: Settings, *rules: Rule) -> GateResult:
    monkeypatch.setattr(gate, "SUITES", {"made_up": rules})
    with warehouse.writer(settings) as con:
        return quality.judge(con, "made_up", RUN, None)


def measuring(sql: str, **more: str) -> Rule:
    return Rule("made_up", "It holds.", "Look at it.", sql, InBand(), **more)


@pytest.mark.parametrize(
    ("rule", "observed"),
    [
        (
            measuring("select 'a' as subject, null as value, 1 as low, 2 as high, '' as expected"),
            "no value was measured",
        ),
        (
            measuring("select 'a' as subject, 'nan'::double as value, 1 as low, 2 as high, '' as expected"),
            "no value was measured",
        ),
        (measuring("select 'a' as subject, 1 as value where false"), "the rule found nothing to measure"),
        (
            measuring("select range as subject, 1 as value, null as low, null as high from range(1001)"),
            "more than 1,000 subjects",
        ),
        (measuring("select * from nowhere"), "the SQL of the rule failed: Catalog Error: Table with name nowhere"),
        (measuring("selec 1"), "the SQL of the rule failed: Parser Error"),
        (
            Rule(
                "made_up", "", "", "select range::varchar as word, 1 as count from range(1001)", OneOf(frozenset("a"))
            ),
            "more than 1,000 different words",
        ),
    ],
)
def test_what_cannot_be_measured_is_could_not_tell(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, rule: Rule, observed: str
) -> None:
    """Null, NaN and nothing at all are what Great Expectations takes for a pass; here they never are."""
    result = judge_rule(monkeypatch, settings, rule)
    assert [one.verdict for one in result.checks] == [Verdict.COULD_NOT_TELL]
    assert result.checks[0].observed.startswith(observed) and not result.is_open


def test_a_gate_whose_judge_falls_over_could_not_tell(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """The error of Great Expectations ends up in the check, which neither passed nor failed."""
    monkeypatch.setattr(expectations, "_validate", lambda items: 1 / 0)
    result = judge_rule(monkeypatch, settings, Rule("made_up", "", "", "select 1 where false", NoRows(), subject="t"))
    assert [one.verdict for one in result.checks] == [Verdict.COULD_NOT_TELL]
    assert "ZeroDivisionError" in result.checks[0].observed


def test_a_suite_without_rules_is_a_closed_gate(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Zero checks never count as passed."""
    result = judge_rule(monkeypatch, settings)
    with pytest.raises(GateClosed, match="no check was made"):
        quality.require_open(result)


def test_sample_rows_are_plain_and_short(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Dates, lists and long texts become values that JSON and people can read; the true number is said beside them."""
    sql = "select range as number, date '2026-01-01' as day, ['a', 'b'] as list, repeat('x', 999) as text, " \
          "'inf'::double as ratio from range(1234)"  # fmt: skip
    result = judge_rule(monkeypatch, settings, Rule("made_up", "", "", sql, NoRows(), subject="t"))
    assert result.checks[0].verdict is Verdict.FAILED and result.checks[0].observed == "1,234 rows"
    assert len(result.checks[0].sample) == 5
    assert json.loads(json.dumps(result.checks[0].sample[0], allow_nan=False)) == {
        "number": 0, "day": "2026-01-01", "list": "['a', 'b']", "text": "x" * 299 + "…", "ratio": "inf",
    }  # fmt: skip


def test_an_unknown_suite_is_an_error_of_the_caller(settings: Settings) -> None:
    """A misspelt suite must not look like a gate without failures."""
    with warehouse.writer(settings) as con, pytest.raises(KeyError):
        quality.judge(con, "landet", RUN, None)


def test_rule_ids_are_distinct_and_every_sql_file_belongs_to_a_rule() -> None:
    """An id names one rule for good, and no question is left unasked in a file."""
    ids = [rule.id for rules in quality.SUITES.values() for rule in rules]
    assert len(ids) == len(set(ids))
    files = {path.stem for path in (Path(gate.__file__).parent / "sql").glob("*.sql")}
    assert files <= set(ids)


def test_judging_does_not_write(tmp_path: Path, settings: Settings) -> None:
    """A read-only connection is enough for judging."""
    with warehouse.writer(settings):
        pass
    with duckdb.connect(str(settings.working_file), read_only=True) as con:
        result = quality.judge(con, "landed", RUN, None)
    assert result.checks and "read-only" not in " ".join(one.observed for one in result.checks)
