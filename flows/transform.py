"""Transform and judge: dbt layers, and the quality gates between them."""

from __future__ import annotations

from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from filingwatch import night, quality
from filingwatch.ledger import Run
from filingwatch.settings import Settings
from flows.show import show_table


@task(name="transform", task_run_name="transform {layer}", cache_policy=NO_CACHE)
def transform_layer(settings: Settings, run: Run, layer: str) -> dict[str, Any]:
    return night.transform_layer(settings, run, layer)


@task(name="gate", task_run_name="gate {suite}", cache_policy=NO_CACHE)
def judge(settings: Settings, run: Run, suite: str) -> quality.GateResult:
    return night.judge(settings, run, suite)


def pass_gate(
    settings: Settings, run: Run, suite: str, results: list[quality.GateResult], figures: dict[str, Any]
) -> None:
    """Judge, write the quality page, and stop the run when the gate is closed.

    Raises:
        GateClosed: something failed or could not be told; yesterday's publication stays in place.
    """
    result = judge(settings, run, suite)
    results.append(result)
    figures.setdefault("gates", {})[suite] = result.figures()
    figures["quality_page"] = night.write_quality_page(settings, run, results, figures)
    show_table(f"gate-{suite}", [result.figures()])
    quality.require_open(result)
