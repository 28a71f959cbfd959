"""Running a flow from the command line: the environment that Prefect needs, and nothing of the work itself."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

from filingwatch.resources import project_root, read_yaml
from filingwatch.settings import Settings

QUIET = {
    # Prefect's own server needs longer than its default 20 s on a busy machine with two cores.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
}


def set_environment(settings: Settings) -> None:
    """Telemetry off, room to start, and this home for everything that is started from here; explicit values stay."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("PREFECT_HOME", str(settings.prefect_home))
    # Prefect's server does not make the folder of its database.
    Path(os.environ["PREFECT_HOME"]).expanduser().mkdir(parents=True, exist_ok=True)
    os.environ["FILINGWATCH_HOME"] = str(settings.home)
    if str(project_root()) not in sys.path:
        sys.path.insert(0, str(project_root()))
    os.environ["PYTHONPATH"] = os.pathsep.join(
        dict.fromkeys([str(project_root()), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))])
    )


def run_flow(settings: Settings, name: str, **parameters: Any) -> Any:
    """Run `flows/<name>.py:<name>` here and now, recorded by the Prefect server that is configured or by its own."""
    # What went wrong is said once, by the command line; a traceback of ours still shows when it is a bug.
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
    set_environment(settings)
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    flow = getattr(importlib.import_module(f"flows.{name}"), name)
    # The heartbeat thread costs a second at the end of each run and serves only runs that a worker watches.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return flow(**parameters)


def announce(settings: Settings) -> bool:
    """Emit the event that wakes `analyse`, if a Prefect server is configured; says whether it did."""
    if not os.environ.get("PREFECT_API_URL"):
        return False
    set_environment(settings)
    from prefect.events import emit_event

    from flows.inbox import EVENT, RESOURCE

    return emit_event(event=EVENT, resource=RESOURCE) is not None


def serve_deployments(settings: Settings) -> None:
    """Serve every deployment of deployments/prefect.yaml in this process until it is told to end."""
    set_environment(settings)
    os.chdir(project_root())
    from prefect import serve

    serve(*build_deployments(), limit=2)


def build_deployments() -> list[Any]:
    """The deployments of deployments/prefect.yaml, where all schedules stand, as Prefect's objects."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig
    from prefect.events import DeploymentEventTrigger
    from prefect.schedules import Cron

    plan = read_yaml(project_root() / "deployments" / "prefect.yaml")
    deployments = []
    for entry in plan["deployments"]:
        path, _, function = entry["entrypoint"].partition(":")
        flow = getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), function)
        deployments.append(
            flow.to_deployment(
                entry["name"],
                schedules=[Cron(s["cron"], timezone=s["timezone"]) for s in entry.get("schedules", [])],
                triggers=[DeploymentEventTrigger.model_validate(trigger) for trigger in entry.get("triggers", [])],
                tags=entry["tags"],
                description=entry["description"],
                concurrency_limit=ConcurrencyLimitConfig.model_validate(entry["concurrency_limit"]),
                # an object, not a promise of one, also where a loop is running in this thread
                _sync=True,
            )
        )
    return deployments
