"""The inbox by day: when people gave something, say so as an event, so that `analyse` need not wait for the night."""

from __future__ import annotations

from prefect import flow
from prefect.events import emit_event

from filingwatch import night
from filingwatch.settings import read_settings

EVENT, RESOURCE = "filingwatch.given", {"prefect.resource.id": "filingwatch.inbox"}


@flow(name="inbox", flow_run_name="inbox", log_prints=False)
def inbox() -> bool:
    """Look into the drop folder and the decisions; emit one event if something waits. Changes nothing itself."""
    waits = night.something_waits(read_settings())
    if waits:
        emit_event(event=EVENT, resource=RESOURCE)
    return waits
