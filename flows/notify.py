"""Notify: deliver what the outbox holds. Also runs by itself, so that a channel that was down catches up by day."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from filingwatch import night
from filingwatch.ledger import Run
from filingwatch.settings import Settings, read_settings
from flows.show import show_table


@task(name="notify", cache_policy=NO_CACHE)
def deliver(settings: Settings, run: Run) -> list[dict[str, Any]]:
    deliveries = [asdict(delivery) for delivery in night.notify(settings, run)]
    if deliveries:
        show_table("deliveries", deliveries)
    return deliveries


@flow(name="notify", flow_run_name="notify", log_prints=False)
def notify() -> dict[str, Any]:
    """Deliver what is waiting, and nothing else."""
    settings = read_settings()
    with night.session(settings, "notify") as (run, figures):
        figures["alerts"] = deliver(settings, run)
    return figures
