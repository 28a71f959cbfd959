"""The stages of a night as plain functions, and the session that holds them together.

Flows arrange these stages; nothing here knows Prefect. A stage opens the working file for itself and closes it, since
dbt needs the file alone. Each stage may be cut off at any point: the next run does what is missing.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import duckdb

from filingwatch import freshness, importing, ingest, layers, ledger, publish, quality, transform
from filingwatch.alerts import Alert
from filingwatch.alerts.channels import channels_for
from filingwatch.alerts.outbox import Delivery, deliver_pending, register_channels
from filingwatch.decisions import land_decisions, read_decisions
from filingwatch.errors import FilingwatchError, Transient
from filingwatch.jobs.base import JobOutcome, run_jobs
from filingwatch.jobs.counting import count_again
from filingwatch.jobs.pipeline import follow_changes
from filingwatch.jobs.registry import jobs_of
from filingwatch.landing import land_watches
from filingwatch.lock import hold_night
from filingwatch.settings import Settings
from filingwatch.warehouse import utc_now, writer
from filingwatch.watch import read_watches

STALE_DAYS = 10
"""Data of a source may be stale for so long before ops are told, whatever the reason: a week's allowance and more."""

_TOLD = ("promotion", "promotion_because", "refit", "refit_because")


@contextmanager
def session(settings: Settings, flow: str) -> Iterator[tuple[ledger.Run, dict[str, Any]]]:
    """A run from start to end: the lock, the row in ops.run, and on failure an alert to ops.

    Yields the run and a dictionary of figures that ends up in ops.run.

    Raises:
        NightTaken: another run is under way; this one leaves a mark nowhere but in what it says.
    """
    run, figures = ledger.new_run(flow, settings.today), {}
    with hold_night(settings, run):
        with writer(settings) as con:
            left = ledger.start_run(con, run)
            register_channels(con, run, channels_for(settings))
        if left:
            figures["interrupted_before"] = left
        try:
            yield run, figures
        except BaseException as error:
            _report_failure(settings, run, figures, error)
            raise
        with writer(settings) as con:
            ledger.finish_run(con, run, "succeeded", figures)
        _beat(settings, run, "succeeded", figures)


def take_in(settings: Settings, run: ledger.Run) -> dict[str, Any]:
    """Land what people gave: watches, decisions, files in the drop folder."""
    watches = read_watches(settings)
    with writer(settings) as con:
        figures = {
            "watches_changed": land_watches(con, watches, run),
            "decisions": land_decisions(con, settings, run),
            "files": [result.figures() for result in importing.import_drop_folder(con, settings, run)],
        }
        for refused in (file for file in figures["files"] if file["status"] == "failed"):
            ledger.put_alert(con, run, _ops_alert("file refused", refused["source"], refused["error"], refused))
    return figures


def something_waits(settings: Settings) -> bool:
    """Whether people gave something that no run has taken yet. False while a run is under way: it takes it itself."""
    try:
        with writer(settings) as con:
            landed = (ledger.read_cursor(con, "decisions") or {"decision_id": 0})["decision_id"]
    except Transient:
        return False
    return bool(importing.waiting_files(settings) or read_decisions(settings, after=landed, limit=1))


def source_names(settings: Settings) -> list[str]:
    """The sources that this run asks, by name."""
    with writer(settings) as con:
        return [source.name for source in ingest.sources_for(con, settings)]


def ingest_source(
    settings: Settings, run: ledger.Run, name: str, progress: ingest.Progress = lambda landed: None
) -> dict[str, Any]:
    """Land what one source has. That it failed, or brought less than it should, is told to ops and stops nothing."""
    with writer(settings) as con:
        opening = next(opening for opening in ingest.sources_for(con, settings) if opening.name == name)
        query = ingest.build_query(read_watches(settings), run.as_of, con)
        result = ingest.ingest_source(con, settings, run, opening.open(), query, progress)
        if result.event is not None:
            ledger.put_alert(con, run, _ops_alert(result.event, name, str(result.error), result.figures()))
        _tell_of_long_staleness(con, run, name)
    return result.figures()


def report_sources(settings: Settings) -> dict[str, Any]:
    """Which sources this installation uses, which are not configured, and which data are stale since when."""
    with writer(settings) as con:
        return freshness.report_sources(con, settings, [one.name for one in ingest.sources_for(con, settings)])


def transform_layer(settings: Settings, run: ledger.Run, layer: str) -> dict[str, Any]:
    """Build one layer of the warehouse, if what it is built from has changed."""
    started = time.monotonic()
    parameters = {"project": transform.project_hash(), "month": f"{run.as_of:%Y-%m}"}
    with writer(settings) as con:
        parameters |= layers.kinds_of_filings(con)
        inputs = layers.read_inputs(con, layer, run.as_of)
        key = hashlib.sha256(json.dumps([layer, parameters, inputs], sort_keys=True).encode()).hexdigest()
        last = ledger.last_job_run(con, f"transform:{layer}", "")
        whole = layers.why_whole(con, layer, last, parameters, run.as_of)
    if last is not None and last.key == key:
        outcome = JobOutcome(f"transform:{layer}", "", "current", "nothing it reads has changed", {}, 0.0)
    else:
        begun = JobOutcome(f"transform:{layer}", "", "failed", "began and did not end", {}, 0.0)
        with writer(settings) as con:
            # dbt leaves behind what it built before it failed or was killed: without this row the way back to the
            # earlier inputs would take those tables for its own
            ledger.record_job_run(con, run, begun, key=key, version=1, parameters=parameters, inputs=inputs)
        result = transform.build(settings, f"tag:{layer}", as_of=run.as_of, is_whole=whole is not None)
        figures = result.figures() | ({"built_whole": whole} if whole else {})
        reason = layers.why_now(last, inputs)
        outcome = JobOutcome(f"transform:{layer}", "", "ran", reason, figures, time.monotonic() - started)
    with writer(settings) as con, ledger.transaction(con):
        ledger.forget_begun(con, run, outcome.job)
        ledger.record_job_run(con, run, outcome, key=key, version=1, parameters=parameters, inputs=inputs)
    return {"status": outcome.status, "reason": outcome.reason, **outcome.figures}


def judge(settings: Settings, run: ledger.Run, suite: str) -> quality.GateResult:
    """Judge a suite and record the verdicts; the caller decides whether the gate must be open.

    A run that only publishes takes the decisions in here: somebody may just have accepted what closed the gate.
    """
    previous = settings.published_file if settings.published_file.exists() else None
    with writer(settings) as con:
        if run.flow == "publish":
            land_decisions(con, settings, run)
        result = quality.judge(con, suite, run, previous)
        quality.record(con, run, result)
    return result


def needs_publication(settings: Settings) -> bool:
    """Whether the working file holds content that analysts do not see yet."""
    with writer(settings) as con:
        key = publish.content_key(con)
    return not publish.is_published(settings, key)


def run_stage(settings: Settings, run: ledger.Run, stage: str) -> list[JobOutcome]:
    """Run the jobs of a stage where their input changed. Alerts say which of their sources are stale."""
    stale = report_sources(settings)["stale"]
    with writer(settings) as con:
        qualify = partial(freshness.add_caveat, con, stale=stale)
        outcomes = run_jobs(con, jobs_of(stage), read_watches(settings), run, qualify)
        if stage == "text":
            outcomes += follow_changes(con, run, read_watches(settings))
        return outcomes + count_again(con, run) if stage == "series" else outcomes


def describe_jobs(outcomes: Sequence[JobOutcome]) -> list[dict[str, Any]]:
    """What became of each job, as plain data, with those of its figures that a person is to see in the morning."""
    return [
        {
            "job": outcome.job, "watch": outcome.watch, "status": outcome.status, "reason": outcome.reason,
            "figures": {name: outcome.figures[name] for name in _TOLD if outcome.figures.get(name) is not None},
        }
        for outcome in outcomes
    ]  # fmt: skip


def write_quality_page(
    settings: Settings, run: ledger.Run, results: Sequence[quality.GateResult], figures: Mapping[str, Any]
) -> str:
    """Write the night's quality page and return its path."""
    folder = settings.home / "quality"
    folder.mkdir(parents=True, exist_ok=True)
    lines = freshness.describe_sources(figures["sources"]) if "sources" in figures else []
    page = quality.render_page(results, run, figures, lines)
    for path in (folder / f"{run.run_id}.html", folder / "latest.html"):
        path.write_text(page, encoding="utf-8")
    return str(folder / "latest.html")


def publish_night(settings: Settings, run: ledger.Run) -> dict[str, Any]:
    """Publish, or refresh the ledger of what is published already."""
    publication = publish.publish(settings, run)
    return {
        "action": publication.action, "version": publication.version,
        "path": str(settings.published_file), "bytes": publication.bytes,
    }  # fmt: skip


def notify(settings: Settings, run: ledger.Run) -> list[Delivery]:
    """Deliver what the outbox holds; a channel that fails is told to ops."""
    channels = channels_for(settings)
    with writer(settings) as con:
        made = deliver_pending(con, channels)
        # without ids and counts in it, so that a channel that is down is told once a day, not once a message
        for name in sorted({delivery.channel for delivery in made if delivery.status != "delivered"}):
            words = f"Channel {name} does not take what it is given; ops.delivery says which alerts and why."
            ledger.put_alert(con, run, _ops_alert("delivery failing", name, words, {"channel": name}))
        made += deliver_pending(con, [channel for channel in channels if channel.audience == "ops"])
    return made


def _report_failure(settings: Settings, run: ledger.Run, figures: dict[str, Any], error: BaseException) -> None:
    """Record a failed run and tell ops; an error while doing so must not hide the first one."""
    message = str(error) if isinstance(error, FilingwatchError) else f"{type(error).__name__}: {error}"
    message = "\n".join([message, *getattr(error, "__notes__", ())])
    try:
        with writer(settings) as con:
            ledger.finish_run(con, run, "failed", figures, message)
            if not isinstance(error, KeyboardInterrupt):
                ledger.put_alert(con, run, _ops_alert("run failed", run.flow, message, {"run": run.run_id}))
                deliver_pending(con, [channel for channel in channels_for(settings) if channel.audience == "ops"])
        _beat(settings, run, "failed", {"message": message})
    except Exception as second:
        error.add_note(f"and the failure could not be recorded: {second}")


def _tell_of_long_staleness(con: duckdb.DuckDBPyConnection, run: ledger.Run, name: str) -> None:
    """Tell ops, once, of a source that has been stale for long, whatever its last word: a night that is stopped by an
    allowance wakes nobody, weeks of them do."""
    state = freshness.read_states(con).get(name)
    if state is None or state.stale_since is None or (run.as_of - state.stale_since).days <= STALE_DAYS:
        return
    words = (
        f"The data of {name} may lack filings from {state.stale_since} on, and that for more than {STALE_DAYS} days. "
        "`filingwatch sources` says why and asks it once more; see `A source is stale` in docs/operations.md."
    )
    evidence = {"source": name, "status": state.status, "message": state.message}
    ledger.put_alert(con, run, _ops_alert("source stale", name, words, evidence, is_told_daily=False))


def _ops_alert(
    event: str, subject: str, message: str, evidence: Mapping[str, Any], *, is_told_daily: bool = True
) -> Alert:
    """An alert to ops. The same condition with the same words is told once a day, or once at all, not once a run."""
    day = f"{utc_now():%F}" if is_told_daily else ""
    digest = hashlib.sha256(f"{event}|{subject}|{message}|{day}".encode()).hexdigest()[:16]
    return Alert(
        f"ops-{digest}", "ops", None, event, f"filingwatch: {event}: {subject}", message, dict(evidence), False
    )


def _beat(settings: Settings, run: ledger.Run, status: str, figures: Mapping[str, Any]) -> None:
    """Leave a heartbeat for an outside watchdog: nothing happened, or nothing works."""
    settings.published.mkdir(parents=True, exist_ok=True)
    beat = {
        "run": run.run_id, "flow": run.flow, "status": status, "as_of": run.as_of,
        "started_at": run.started_at, "finished_at": utc_now(),
        "stale": figures.get("sources", {}).get("stale", []), "figures": figures,
    }  # fmt: skip
    path = settings.published / "heartbeat.json"
    beats = read_heartbeat(settings) | {run.flow: beat}
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(beats, ensure_ascii=False, indent=2, default=str) + "\n", encoding="utf-8")
    part.replace(path)


def read_heartbeat(settings: Settings) -> dict[str, Any]:
    """The last run of each flow; empty before the first. A night that failed is not hidden by what ran after it."""
    path = settings.published / "heartbeat.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
