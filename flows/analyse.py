"""Analyse: from the landed rows to the publication. Runs as the second half of a night, and by day after news."""

from __future__ import annotations

from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from filingwatch import night, quality
from filingwatch.jobs.base import JobOutcome
from filingwatch.ledger import Run
from filingwatch.settings import Settings, read_settings
from flows.ingest import take_in
from flows.notify import deliver
from flows.show import show_table
from flows.transform import pass_gate, transform_layer

publish = task(name="publish", cache_policy=NO_CACHE)(night.publish_night)


@task(name="jobs", task_run_name="jobs {stage}", cache_policy=NO_CACHE)
def run_stage(settings: Settings, run: Run, stage: str) -> list[JobOutcome]:
    return night.run_stage(settings, run, stage)


def analyse_all(settings: Settings, run: Run, figures: dict[str, Any]) -> None:
    """Transform, judge, analyse, judge again, publish. Each step does nothing where its input has not changed."""
    results: list[quality.GateResult] = []
    figures["sources"] = night.report_sources(settings)
    layers = figures["transform"] = {"core": transform_layer(settings, run, "core")}
    pass_gate(settings, run, "landed", results, figures)
    outcomes = run_stage(settings, run, "names") + run_stage(settings, run, "text")
    layers["series"] = transform_layer(settings, run, "series")
    outcomes += run_stage(settings, run, "series")
    layers["findings"] = transform_layer(settings, run, "findings")
    figures["jobs"] = night.describe_jobs(outcomes)
    show_table("jobs", figures["jobs"])
    if night.needs_publication(settings):
        pass_gate(settings, run, "to_publish", results, figures)
    figures["publish"] = publish(settings, run)


@flow(name="analyse", flow_run_name="analyse-{reason}", log_prints=False)
def analyse(reason: str = "asked for") -> dict[str, Any]:
    """Work on what was landed by day: an import, the drop folder, human decisions."""
    settings = read_settings()
    with night.session(settings, "analyse") as (run, figures):
        figures["ingest"] = {"given": take_in(settings, run), "sources": []}
        analyse_all(settings, run, figures)
        figures["alerts"] = deliver(settings, run)
    return figures
