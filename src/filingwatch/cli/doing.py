"""Commands that do something: runs, files, backfills, publications, decisions."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filingwatch.cli.app import AsJson, announce, app, console, print_json
from filingwatch.errors import BadInput
from filingwatch.settings import read_settings

if TYPE_CHECKING:
    from filingwatch.backfill_plan import Plan


@app.command()
def nightly(as_json: AsJson = False) -> None:
    """Run one whole night: ingest, transform, gate, analyse, gate, publish, notify.

    Example: filingwatch nightly
    """
    _run_and_show("nightly", as_json)


@app.command()
def analyse(as_json: AsJson = False) -> None:
    """Work on what was landed by day, without asking the sources.

    Example: filingwatch analyse (after: filingwatch import export.csv)
    """
    _run_and_show("analyse", as_json)


@app.command()
def ingest(as_json: AsJson = False) -> None:
    """Only bring in what is new; the next run works on it.

    Example: filingwatch ingest
    """
    _run_and_show("ingest", as_json)


@app.command()
def backfill(
    first: Annotated[str, typer.Option("--from", help="The first day, as 2015-01-01.")],
    last: Annotated[str, typer.Option("--to", help="The first day not asked for any more, as 2020-01-01.")],
    source: Annotated[str | None, typer.Option(help="Only this source; without it every one that can go back.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Also the windows that are done.")] = False,
    only_estimate: Annotated[bool, typer.Option("--estimate", help="Say what it would cost, and end.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it starts.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring in years of the past, in windows that are done once. A night may come between.

    What is done stays done: after a stop, the same command goes on.
    Example: filingwatch backfill --from 2015-01-01 --to 2020-01-01 --source ops
    """
    from filingwatch import backfill_plan, summary
    from filingwatch.runner import run_flow

    if as_json and not (yes or only_estimate):
        raise BadInput("With --json nobody is asked: add --yes to start, or --estimate to end before it.")
    settings = read_settings()
    span = backfill_plan.read_span(first, last, settings.today)
    connectors = backfill_plan.choose_connectors(settings, [source] if source else [])
    plans = backfill_plan.estimate(settings, span, connectors, again=again)
    if not as_json:
        summary.show_plans(console, plans)
    elif only_estimate:
        print_json([asdict(plan) for plan in plans])
    if only_estimate:
        _end_backfill([], plans)
        return
    able = [plan.source for plan in plans if plan.done < plan.windows]
    if able and not yes:
        if not sys.stdin.isatty():
            raise BadInput("Nobody is there to say yes: add --yes to start, or --estimate to end here.")
        typer.confirm("Start?", abort=True)
    worked = run_flow(settings, "backfill", first=span.start, last=span.end, sources=able, again=again) if able else []
    results = _join_results(plans, worked)
    asked = f" --source {source}" if source else ""
    command = f"filingwatch backfill --from {span.start} --to {span.end}{asked}{' --yes' if yes else ''}"
    _show_backfill(results, command if worked else None, as_json)
    if worked:
        announce(settings)
    _end_backfill(results, plans)


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Files as downloaded; their format is told by their content.")],
    as_json: AsJson = False,
) -> None:
    """Land files that somebody downloaded: Google Patents, Lens, Espacenet, PATENTSCOPE, CNIPA, BigQuery, our own.

    Known content changes nothing. Example: filingwatch import gp-search.csv lens-export.csv.gz
    """
    from filingwatch import importing, night, summary
    from filingwatch.warehouse import writer

    settings = read_settings()
    paths = importing.require_files(files)
    with night.session(settings, "import") as (run, figures), writer(settings) as con:
        results = importing.import_files(con, settings, run, paths)
        figures["files"] = [result.figures() for result in results]
        rejected = con.execute(
            "select p.request ->> 'file' as file, r.code, count(*) as rejects, any_value(r.reason) as example "
            "from raw.reject as r join raw.page as p using (page_id) where p.run_id = ? group by all order by all",
            [run.run_id],
        ).fetchall()
    if as_json:
        names = ("file", "code", "rejects", "example")
        print_json({"files": figures["files"], "rejects": [dict(zip(names, row, strict=True)) for row in rejected]})
    else:
        summary.show_rows(
            console, None,
            ("file", "status", "rows", "publications", "new", "changed", "known", "rejected"),
            [
                (r.name, r.status, r.landed.records + r.landed.rejects, r.publications, r.landed.new,
                 r.landed.changed, r.landed.unchanged, r.landed.rejects)
                for r in results
            ],
        )  # fmt: skip
        if rejected:
            summary.show_rows(console, "Rejected, kept with their original in ops.reject",
                              ("file", "code", "rejects", "for example"), rejected)  # fmt: skip
        print("Next: filingwatch nightly, or filingwatch analyse to work on these files alone.")
    announce(settings)
    failed = [result for result in results if result.status == "failed"]
    for result in failed:
        print(f"filingwatch: {result.error}", file=sys.stderr)
    if failed:
        raise typer.Exit(2)


@app.command()
def publish() -> None:
    """Judge what the working file holds and publish it, without ingesting or analysing.

    Example: filingwatch publish
    """
    from filingwatch import night, quality

    settings = read_settings()
    with night.session(settings, "publish") as (run, figures):
        results = [night.judge(settings, run, suite) for suite in quality.SUITES]
        figures["gates"] = {result.suite: result.figures() for result in results}
        figures["quality_page"] = night.write_quality_page(settings, run, results, figures)
        for result in results:
            quality.require_open(result)
        figures["publish"] = night.publish_night(settings, run)
    print(f"{figures['publish']['action']} version {figures['publish']['version']} as {settings.published_file}")


@app.command()
def restore(
    version: Annotated[str | None, typer.Argument(help="A version; without it the one before the current.")] = None,
    show: Annotated[bool, typer.Option("--list", help="List the versions that are kept, newest first.")] = False,
) -> None:
    """Make an earlier version the published file again. The next run that finds news publishes anew.

    Example: filingwatch restore --list
    """
    from filingwatch import night
    from filingwatch import publish as publishing

    settings = read_settings()
    if show:
        current = publishing.current_version(settings)
        for path in publishing.list_versions(settings):
            mark = "  <- current" if current and path.stem == current.version else ""
            print(f"{path.stem}  {path.stat().st_size:>12,} bytes{mark}")
        return
    with night.session(settings, "restore") as (run, figures):
        restored = publishing.restore(settings, run, version)
        figures["publish"] = {"action": "restored", "version": restored.version}
    print(f"restored version {restored.version} as {settings.published_file}")


@app.command()
def decide(
    kind: Annotated[str, typer.Argument(help="What is decided; the kinds are below.")],
    subject: Annotated[str, typer.Argument(help="What it is about: a publication, an invention, a topic, an alert.")],
    value: Annotated[str, typer.Argument(help="One of the values of its kind.")],
    watch: Annotated[str | None, typer.Option(help="The watch of a label or a topic; needed with several.")] = None,
    why: Annotated[str | None, typer.Option(help="The reason, for those who come later.")] = None,
    by: Annotated[str, typer.Option(help="Who decides.")] = "",
) -> None:
    """Put a human decision into the inbox. Works at any time, also while a run is under way.

    \b
    relevance_label   relevant, irrelevant, skip, reset   of a publication or an invention, for a watch
    relevance_ruling  relevant, irrelevant, reset         where people differ (`filingwatch labels disputes`)
    relevance_seed    relevant, irrelevant, reset         a weak label, to begin with
    topic_name        any name                            better: `filingwatch topics name`
    topic_refit       accepted, refused, reset            better: `filingwatch topics review`
    right_tag         confirmed, refused, reset           of <invention>|<right>, for a watch
    alert             acknowledged, muted, reset          of an alert
    link              join, split, reset                  better: `filingwatch links`
    applicant_pair    same, different, reset              better: `filingwatch applicants`
    new_way           accepted                            of a watch: the new way of answering it is meant
    batch_accepted    accepted                            of landed, drift or volume:<source>

    Example: filingwatch decide relevance_label CN117876249A irrelevant --watch smart_cities --why "no city in it"
    """
    from filingwatch.decisions import PER_WATCH
    from filingwatch.decisions import decide as put
    from filingwatch.watch import choose_watch

    settings = read_settings()
    watch = choose_watch(settings, watch) if kind in PER_WATCH or watch else None
    who = by or getpass.getuser()
    made = put(settings, kind=kind, subject=subject, value=value, decided_by=who, watch=watch, reason=why)
    before = f" (before: {made.previous_value})" if made.previous_value else ""
    print(f"decision {made.decision_id}: {kind} of {subject} is {value}{before}. The next run takes it into account.")
    announce(settings)


@app.command()
def serve() -> None:
    """Run the scheduler on this machine: nightly by the clock, analysis by day when something was given.

    Needs no worker and no work pool. Example: filingwatch serve
    """
    from filingwatch.runner import serve_deployments

    serve_deployments(read_settings())


def _run_and_show(name: str, as_json: bool) -> None:
    from filingwatch import summary
    from filingwatch.runner import run_flow

    settings = read_settings()
    figures = run_flow(settings, name)
    if as_json:
        print_json(figures)
    else:
        summary.show_night(console, settings, figures)


def _join_results(plans: Sequence[Plan], worked: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What became of every source: what the work says, else what the plan said, that it cannot or need not."""
    from filingwatch.backfill import Result

    figures = {result["source"]: result for result in worked}
    for plan in plans:
        status = "ok" if plan.problem is None else "failed"
        planned = Result(plan.source, status, plan.done, plan.windows, message=plan.problem)
        figures.setdefault(plan.source, planned.figures())
    return [figures[plan.source] for plan in plans]


def _end_backfill(results: Sequence[dict[str, Any]], plans: Sequence[Plan]) -> None:
    """End with the exit code: 1 when a source cannot or failed, 75 when windows are left."""
    statuses = {result["status"] for result in results}
    if "failed" in statuses or any(plan.problem is not None for plan in plans):
        raise typer.Exit(1)
    if statuses & {"stopped", "degraded"}:
        raise typer.Exit(75)


def _show_backfill(results: list[dict[str, Any]], command: str | None, as_json: bool) -> None:
    """The results, and the command that goes on; without one nothing was there to do."""
    from filingwatch import summary

    if as_json:
        print_json(results)
        return
    names = ("source", "status", "windows done", "records", "new", "changed", "known", "rejected")
    rows = [
        (r["source"], r["status"], f"{r['done']} of {r['windows']}", r["records"], r["new"], r["changed"],
         r["unchanged"], r["rejects"])
        for r in results
    ]  # fmt: skip
    summary.show_rows(console, "Backfill", names, rows)
    for result in results:
        if result["message"]:
            print(f"{result['source']}: {result['message']}")
    if command is None and any(result["done"] for result in results):
        print("Nothing is left to do. With --again these windows are asked for anew.", file=sys.stderr)
    if command is None:
        return
    if any(result["done"] < result["windows"] for result in results):
        print(f"Windows are left. Go on with the same command: {command}")
    print("Next: filingwatch analyse, or wait for the night.")
