"""What the scheduler is given: every deployment of the one file, with its schedule, its trigger and its limit."""

from __future__ import annotations

import sys

import pytest

from filingwatch.resources import project_root
from filingwatch.runner import build_deployments


@pytest.fixture
def deployments(monkeypatch: pytest.MonkeyPatch) -> dict:
    monkeypatch.setattr(sys, "path", [str(project_root()), *sys.path])
    return {deployment.name: deployment for deployment in build_deployments()}


def test_only_the_night_and_the_looks_by_day_run_by_the_clock(deployments: dict) -> None:
    """The night once a day, the inbox and deliveries more often; analysis has no clock."""
    crons = {name: [one.schedule.cron for one in made.schedules] for name, made in deployments.items()}
    assert crons == {"nightly": ["0 2 * * *"], "inbox": ["5-59/10 * * * *"], "notify": ["30 */4 * * *"], "analyse": []}


def test_what_is_given_by_day_wakes_the_analysis(deployments: dict) -> None:
    """The event that `import`, `decide` and the inbox emit is the one that the analysis waits for."""
    from flows.inbox import EVENT, RESOURCE

    (trigger,) = deployments["analyse"].triggers
    assert trigger.expect == {EVENT}
    assert trigger.match.root == RESOURCE


def test_no_deployment_runs_twice_at_once(deployments: dict) -> None:
    """Each has a limit of one, and what comes while one runs is cancelled, not queued."""
    limits = {(made.concurrency_limit, made.concurrency_options.collision_strategy) for made in deployments.values()}
    assert {(limit, str(getattr(strategy, "value", strategy))) for limit, strategy in limits} == {(1, "CANCEL_NEW")}
