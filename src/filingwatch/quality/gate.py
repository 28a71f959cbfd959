"""Applying the rules of a suite: ask DuckDB, let Great Expectations judge, keep the three verdicts apart.

Whatever keeps a rule from being evaluated (a missing table, SQL that fails, an expectation that raises, a value that
is null) makes it `could_not_tell`, never a pass. Every rule of the suite yields at least one check.
"""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from filingwatch import ledger
from filingwatch.quality.expectations import Judgement, Measurement, judge_measurements
from filingwatch.quality.landed import LANDED
from filingwatch.quality.rules import FewRows, InBand, NoRows, OneOf, Rule
from filingwatch.quality.scope import gate_scope, is_synthetic
from filingwatch.quality.to_publish import TO_PUBLISH
from filingwatch.quality.verdict import SAMPLE_ROWS, CheckResult, GateResult, Verdict, plain_json
from filingwatch.warehouse import utc_now

SUITES: Mapping[str, tuple[Rule, ...]] = {"landed": LANDED, "to_publish": TO_PUBLISH}

MOST_SUBJECTS = 1000
"""A measuring rule with more subjects than this is not a bounded frame any more, and could not be told."""

_LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class _Finding:
    """A check before its verdict. Without a measurement nothing is left to judge and `verdict` stands."""

    rule: Rule
    subject: str
    observed: str
    expected: str
    sample: tuple[Mapping[str, Any], ...] = ()
    measurement: Measurement | None = None
    verdict: Verdict = Verdict.COULD_NOT_TELL


def judge(con: duckdb.DuckDBPyConnection, suite: str, run: ledger.Run, previous: Path | None) -> GateResult:
    """Judge one suite over the working file. Writes nothing; `previous` is the published file, if there is one.

    Raises:
        KeyError: there is no such suite.
    """
    started = time.monotonic()
    rules = SUITES[suite]
    try:
        with gate_scope(con, run, previous):
            findings = [finding for rule in rules for finding in _examine(con, rule)]
            invented = is_synthetic(con)
    except duckdb.Error as error:
        findings, invented = [_untold(rule, f"the gate could not be set up: {error}") for rule in rules], None
    checks = tuple(_decide(findings))
    return GateResult(suite, checks, utc_now(), invented, time.monotonic() - started)


def record(con: duckdb.DuckDBPyConnection, run: ledger.Run, result: GateResult) -> None:
    """Append every check to ops.quality_result."""
    rows = [
        (run.run_id, result.suite, check.check_name, check.subject, check.verdict.value, check.observed, check.expected,
         plain_json(check.sample), result.judged_at)
        for check in result.checks
    ]  # fmt: skip
    names = ["run_id", "suite", "check_name", "subject", "verdict", "observed", "expected", "sample", "judged_at"]
    ledger.insert(con, "ops.quality_result", pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None))


def _examine(con: duckdb.DuckDBPyConnection, rule: Rule) -> list[_Finding]:
    """What the SQL of a rule finds; at least one finding."""
    try:
        match rule.expectation:
            case NoRows():
                return [_find_rows(con, rule)]
            case FewRows():
                return [_find_few_rows(con, rule, rule.expectation)]
            case OneOf():
                return [_find_words(con, rule)]
            case InBand():
                return _measure(con, rule)
    except duckdb.Error as error:
        return [_untold(rule, f"the SQL of the rule failed: {error}")]


def _find_rows(con: duckdb.DuckDBPyConnection, rule: Rule) -> _Finding:
    count, sample = _failing(con, rule)
    measurement = Measurement(rule.id, rule.expectation, rows=len(sample))
    return _Finding(rule, rule.subject, _rows_in_words(count), "no such row", sample, measurement)


def _find_few_rows(con: duckdb.DuckDBPyConnection, rule: Rule, kind: FewRows) -> _Finding:
    count, sample = _failing(con, rule)
    total = con.execute(kind.population).fetchall()[0][0]
    expected = f"at most {kind.most_share:.1%} or {kind.few} rows, whichever is more"
    if total == 0:
        return _Finding(rule, rule.subject, "nothing to judge yet", expected, verdict=Verdict.PASSED)
    high = max(kind.most_share, kind.few / total)
    measurement = Measurement(rule.id, kind, value=count / total, high=high)
    return _Finding(rule, rule.subject, f"{_rows_in_words(count)} of {total:,}", expected, sample, measurement)


def _find_words(con: duckdb.DuckDBPyConnection, rule: Rule) -> _Finding:
    rows = _fetch(con, rule.sql, limit=MOST_SUBJECTS + 1)
    if len(rows) > MOST_SUBJECTS:
        return _untold(rule, f"more than {MOST_SUBJECTS:,} different words")
    if not rows:
        return _empty(rule)
    words = tuple(row["word"] for row in rows)
    observed = f"{len(words)} different: {_shorten(', '.join(words))}"
    measurement = Measurement(rule.id, rule.expectation, words=words)
    return _Finding(rule, rule.subject, observed, "only words of the list", _plain(rows), measurement)


def _measure(con: duckdb.DuckDBPyConnection, rule: Rule) -> list[_Finding]:
    rows = _fetch(con, rule.sql, limit=MOST_SUBJECTS + 1)
    if len(rows) > MOST_SUBJECTS:
        return [_untold(rule, f"more than {MOST_SUBJECTS:,} subjects")]
    return [_measured(rule, row) for row in rows] or [_empty(rule)]


def _measured(rule: Rule, row: Mapping[str, Any]) -> _Finding:
    value = _number(row["value"])
    if value is None:
        return _Finding(rule, str(row["subject"]), "no value was measured", row["expected"])
    measurement = Measurement(rule.id, rule.expectation, value, _number(row["low"]), _number(row["high"]))
    sample = _plain(row.get("sample") or [])
    return _Finding(rule, str(row["subject"]), row["observed"], row["expected"], sample, measurement)


def _decide(findings: Sequence[_Finding]) -> list[CheckResult]:
    judged = [finding for finding in findings if finding.measurement is not None]
    judgements = judge_measurements([finding.measurement for finding in judged if finding.measurement])
    verdicts = {id(finding): judgement for finding, judgement in zip(judged, judgements, strict=True)}
    return [_check(finding, verdicts.get(id(finding))) for finding in findings]


def _check(finding: _Finding, judgement: Judgement | None) -> CheckResult:
    verdict, observed, sample = finding.verdict, finding.observed, finding.sample
    if judgement is not None:
        verdict = Verdict.PASSED if judgement.passed else Verdict.FAILED
        if judgement.error:
            verdict, observed = Verdict.COULD_NOT_TELL, f"{observed}; {_shorten(judgement.error)}"
        if judgement.unexpected_words:
            unexpected = {_plain_value(word) for word in judgement.unexpected_words}
            sample = tuple(row for row in sample if row["word"] in unexpected)
    if verdict is Verdict.PASSED and not isinstance(finding.rule.expectation, FewRows):
        sample = ()
    return CheckResult(
        finding.rule.id, finding.subject, verdict, observed, finding.expected, finding.rule.meaning,
        finding.rule.to_do, sample[:SAMPLE_ROWS],
    )  # fmt: skip


def _failing(con: duckdb.DuckDBPyConnection, rule: Rule) -> tuple[int, tuple[Mapping[str, Any], ...]]:
    """The true number of failing rows, and the first few of them."""
    counted = (
        f"with failing as materialized ({rule.sql}) select (select count(*) from failing) as of_all, * from failing"
    )
    rows = _fetch(con, counted, limit=SAMPLE_ROWS)
    return (rows[0]["of_all"] if rows else 0), _plain([{k: v for k, v in row.items() if k != "of_all"} for row in rows])


def _fetch(con: duckdb.DuckDBPyConnection, sql: str, *, limit: int) -> list[dict[str, Any]]:
    cursor = con.execute(f"select * from ({sql}) limit {limit}")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _untold(rule: Rule, why: str) -> _Finding:
    return _Finding(rule, rule.subject or rule.id, _shorten(why), "the rule can be evaluated")


def _empty(rule: Rule) -> _Finding:
    if rule.when_empty is None:
        return _untold(rule, "the rule found nothing to measure")
    return _Finding(rule, rule.subject or "nothing", rule.when_empty, "nothing to compare", verdict=Verdict.PASSED)


def _number(value: Any) -> float | None:
    """A float, or None for what is no number: Great Expectations would pass over NaN as it does over null."""
    if value is None or math.isnan(float(value)):
        return None
    return float(value)


def _rows_in_words(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _plain(rows: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Rows as short plain values that JSON and people can read."""
    return tuple({name: _plain_value(value) for name, value in row.items()} for row in rows)


def _plain_value(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return _shorten(str(value))


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TEXT else f"{line[: _LONGEST_TEXT - 1]}…"
