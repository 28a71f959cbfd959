"""The night: ingest, transform, gate, analyse, gate, publish, notify."""

from __future__ import annotations

from typing import Any

from prefect import flow

from filingwatch import night
from filingwatch.settings import read_settings
from flows.analyse import analyse_all
from flows.ingest import ingest_all
from flows.notify import deliver
from flows.show import show_figures


@flow(name="nightly", flow_run_name="nightly", log_prints=False)
def nightly() -> dict[str, Any]:
    """One whole night. A second one at the same time declines."""
    settings = read_settings()
    with night.session(settings, "nightly") as (run, figures):
        figures["ingest"] = ingest_all(settings, run)
        analyse_all(settings, run, figures)
        figures["alerts"] = deliver(settings, run)
        show_figures(run, figures)
    return figures
