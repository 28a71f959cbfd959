"""Great Expectations judges measurements: two small frames a gate, one validation each.

Rules over whole tables are SQL in DuckDB, so a frame holds the first failing rows and the measured values, never a
table. Great Expectations is imported inside the functions: it costs seconds. It counts neither nulls nor empty frames
as failures, so the caller must not hand it either and take the answer for a pass (`gate` does not).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from filingwatch.quality.rules import Expectation, FewRows, InBand, NoRows, OneOf

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.datasource.fluent import PandasDatasource
    from great_expectations.expectations.expectation import Expectation as GxExpectation


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one rule found for one subject, as numbers. `rows` counts shown failing rows; `words` is for OneOf."""

    rule_id: str
    expectation: Expectation
    value: float = 0.0
    low: float | None = None
    high: float | None = None
    rows: int = 0
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What Great Expectations said about one measurement; `error` says why it could say nothing."""

    passed: bool = False
    error: str | None = None
    unexpected_words: tuple[str, ...] = ()


def judge_measurements(measurements: Sequence[Measurement]) -> list[Judgement]:
    """A judgement for each measurement, in order. What raises inside Great Expectations is an error, not a failure."""
    if not measurements:
        return []
    try:
        answers = _validate(measurements)
    except Exception as error:
        return [Judgement(error=f"Great Expectations raised {type(error).__name__}: {error}") for _ in measurements]
    return [_judge_one(number, item, answers.get(_key(item), [])) for number, item in enumerate(measurements)]


def _key(item: Measurement) -> str:
    """What one expectation covers: all bands together (each row brings its own), other rules one by one."""
    return "all bands" if isinstance(item.expectation, InBand | FewRows) else item.rule_id


def _validate(measurements: Sequence[Measurement]) -> dict[str, list[dict[str, Any]]]:
    """The answers of Great Expectations as plain data, by what they cover."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx

    answers: dict[str, list[dict[str, Any]]] = {}
    for name, frame, wanted in (
        ("failing_rows", _frame_of_rows(measurements), [m for m in measurements if isinstance(m.expectation, NoRows)]),
        ("values", _frame_of_values(measurements), [m for m in measurements if not isinstance(m.expectation, NoRows)]),
    ):
        covered = {_key(item): item.expectation for item in wanted}
        expectations = [one for key, kind in covered.items() for one in _expectations_of(key, kind)]
        if not expectations:
            continue
        result = (
            _batch_definition(name)
            .get_batch(batch_parameters={"dataframe": frame})
            .validate(
                gx.ExpectationSuite(name=name, expectations=expectations),
                result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["number"]},
            )
        )
        for answer in result.to_json_dict()["results"]:
            answers.setdefault(answer["expectation_config"]["meta"]["key"], []).append(answer)
    return answers


@cache
def _batch_definition(name: str) -> BatchDefinition:
    """Where a frame goes in; each definition costs a tenth of a second, so it is made once in a process."""
    return _source().add_dataframe_asset(name).add_batch_definition_whole_dataframe("all")


@cache
def _source() -> PandasDatasource:
    """A context in memory, without progress bars, telemetry, or the temporary folder that it makes by default."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars={"globally": False},
        analytics_enabled=False,
    )
    return gx.get_context(mode="ephemeral", project_config=config).data_sources.add_pandas("gate")


def _expectations_of(key: str, kind: Expectation) -> list[GxExpectation]:
    import great_expectations.expectations as gxe
    from great_expectations.expectations.row_conditions import Column

    meta, only = {"key": key}, Column("rule_id") == key
    pair: dict[str, Any] = {"or_equal": True, "ignore_row_if": "either_value_is_missing", "meta": meta}
    match kind:
        case NoRows():
            return [gxe.ExpectTableRowCountToEqual(value=0, row_condition=only, meta=meta)]
        case OneOf(words):
            return [
                gxe.ExpectColumnValuesToBeInSet(column="word", value_set=sorted(words), row_condition=only, meta=meta)
            ]
        case InBand() | FewRows():
            return [
                gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="high", column_B="value", **pair),
                gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="value", column_B="low", **pair),
            ]


def _frame_of_rows(measurements: Sequence[Measurement]) -> pd.DataFrame:
    import pandas as pd

    rows = [(number, item.rule_id) for number, item in enumerate(measurements) for _ in range(item.rows)]
    return pd.DataFrame(rows, columns=["number", "rule_id"]).astype({"number": "int64", "rule_id": "object"})


def _frame_of_values(measurements: Sequence[Measurement]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (number, item.rule_id, item.value, item.low, item.high, word)
        for number, item in enumerate(measurements)
        for word in (item.words or (None,))
        if not isinstance(item.expectation, NoRows)
    ]
    frame = pd.DataFrame(rows, columns=["number", "rule_id", "value", "low", "high", "word"])
    return frame.astype({"number": "int64", "value": "float64", "low": "float64", "high": "float64", "word": "object"})


def _judge_one(number: int, item: Measurement, answers: Sequence[Mapping[str, Any]]) -> Judgement:
    wanted = 2 if isinstance(item.expectation, InBand | FewRows) else 1
    if len(answers) != wanted:
        return Judgement(error=f"Great Expectations gave {len(answers)} answers where {wanted} were asked for")
    for answer in answers:
        if error := _raised(answer):
            return Judgement(error=f"Great Expectations raised: {error}")
    if isinstance(item.expectation, NoRows):
        return Judgement(passed=all(answer["success"] for answer in answers))
    unexpected = []
    for answer in answers:
        found = answer["result"].get("unexpected_index_list") or []
        if bool(answer["success"]) == bool(found):
            return Judgement(error="Great Expectations says that rows are unexpected and does not name them")
        unexpected += [row for row in found if row["number"] == number]
    return Judgement(
        passed=not unexpected, unexpected_words=tuple(str(row["word"]) for row in unexpected if "word" in row)
    )


def _raised(answer: Mapping[str, Any]) -> str | None:
    """The message of an exception inside an expectation: one entry flat, or one for each metric that raised."""
    info = answer.get("exception_info") or {}
    entries = [info] if "raised_exception" in info else list(info.values())
    messages = [str(entry.get("exception_message")) for entry in entries if entry.get("raised_exception")]
    return messages[0] if messages else None
