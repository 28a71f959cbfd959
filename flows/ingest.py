"""Ingest: what people gave and what the sources have, each source by itself."""

from __future__ import annotations

from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from filingwatch import night
from filingwatch.ledger import Run
from filingwatch.settings import Settings, read_settings
from flows.show import progress_bar, show_table

take_in = task(name="take in", cache_policy=NO_CACHE)(night.take_in)


@task(name="source", task_run_name="source {name}", cache_policy=NO_CACHE)
def ingest_source(settings: Settings, run: Run, name: str) -> dict[str, Any]:
    with progress_bar(f"landing from {name}") as progress:
        return night.ingest_source(settings, run, name, progress)


def ingest_all(settings: Settings, run: Run) -> dict[str, Any]:
    """Everything that is new, as figures by source; one source that fails does not stop the others."""
    given = take_in(settings, run)
    sources = [ingest_source(settings, run, name) for name in night.source_names(settings)]
    show_table("ingest", sources + given["files"])
    return {"given": given, "sources": sources}


@flow(name="ingest", flow_run_name="ingest", log_prints=False)
def ingest() -> dict[str, Any]:
    """Only bring in what is new; the next nightly or daytime run works on it."""
    settings = read_settings()
    with night.session(settings, "ingest") as (run, figures):
        figures["ingest"] = ingest_all(settings, run)
        figures["sources"] = night.report_sources(settings)
    return figures
