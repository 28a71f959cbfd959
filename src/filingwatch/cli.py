"""`filingwatch ...`: arguments in, calls, words out. Everything that it does can be done from Python without it.

Exit codes: 0 well; 1 failed; 2 bad input; 3 a quality gate is closed; 4 dbt failed; 5 nothing is published yet;
75 another run is under way or a source is busy: try again later.
"""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from filingwatch import __version__
from filingwatch.errors import FilingwatchError
from filingwatch.settings import read_settings

app = typer.Typer(
    name="filingwatch",
    help=__doc__.replace("\n\n", "\n\n\n"),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
console = Console(width=None if sys.stdout.isatty() else 130)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; errors of ours become one message and an exit code."""
    try:
        app(args=list(arguments) if arguments is not None else None)
    except FilingwatchError as error:
        print(f"filingwatch: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from error


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    if show:
        print(__version__)
        raise typer.Exit()


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
    from filingwatch.errors import BadInput
    from filingwatch.runner import run_flow

    settings = read_settings()
    span = backfill_plan.read_span(first, last, settings.today)
    connectors = backfill_plan.choose_connectors(settings, [source] if source else [])
    plans = backfill_plan.estimate(settings, span, connectors, again=again)
    if not as_json:
        summary.show_plans(console, plans)
    elif only_estimate:
        _print_json([asdict(plan) for plan in plans])
    if only_estimate:
        return
    able = [plan.source for plan in plans if plan.done < plan.windows]
    if not able:
        print("Nothing is left to do. With --again these windows are asked for anew.", file=sys.stderr)
        return
    if not yes and not as_json:
        if not sys.stdin.isatty():
            raise BadInput("Nobody is there to say yes: add --yes to start, or --estimate to end here.")
        typer.confirm("Start?", abort=True)
    results = run_flow(settings, "backfill", first=span.start, last=span.end, sources=able, again=again)
    _show_backfill(results, f"filingwatch backfill --from {span.start} --to {span.end}", as_json)
    _announce(settings)
    if {result["status"] for result in results} & {"failed", "stopped", "degraded"}:
        raise typer.Exit(1 if any(result["status"] == "failed" for result in results) else 75)


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Files as downloaded; their format is told by their content.")],
    as_json: AsJson = False,
) -> None:
    """Land files that somebody downloaded: Google Patents, Lens, Espacenet, PATENTSCOPE, CNIPA, BigQuery.

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
        _print_json({"files": figures["files"], "rejects": [dict(zip(names, row, strict=True)) for row in rejected]})
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
    _announce(settings)
    failed = [result for result in results if result.status == "failed"]
    for result in failed:
        print(f"filingwatch: {result.error}", file=sys.stderr)
    if failed:
        raise typer.Exit(2)


@app.command()
def status(as_json: AsJson = False) -> None:
    """What the last runs did, what is published, what waits. Reads the published file only.

    Example: filingwatch status --json
    """
    import duckdb

    from filingwatch import publish, summary
    from filingwatch.decisions import read_decisions
    from filingwatch.importing import waiting_files
    from filingwatch.night import read_heartbeat
    from filingwatch.warehouse import reader

    settings = read_settings()
    current = publish.current_version(settings)
    heartbeat = read_heartbeat(settings)
    tables: dict[str, tuple[list[str], list[Any]]] = {}
    if current is not None:
        with reader(settings) as con:
            for title, sql in _STATUS.items():
                with suppress(duckdb.CatalogException, duckdb.BinderException):  # published by an older filingwatch
                    result = con.execute(sql)
                    tables[title] = ([column[0] for column in result.description], result.fetchall())
            landed = con.execute("select coalesce(max(decision_id), 0) from ops.landed_decision").fetchall()[0][0]
    else:
        landed = 0
    waiting = {
        "files": [path.name for path in waiting_files(settings)],
        "decisions": len(read_decisions(settings, after=landed)),
    }
    if as_json:
        _print_json(
            {
                "home": settings.home,
                "published": current and {"version": current.version, "bytes": current.bytes},
                "heartbeat": heartbeat,
                "waiting": waiting,
                "tables": {title: [dict(zip(names, row, strict=True)) for row in rows]
                           for title, (names, rows) in tables.items()},
            }
        )  # fmt: skip
        return
    print(f"Home        {settings.home}")
    print(f"Published   {current.version if current else 'nothing yet: run filingwatch nightly'}")
    for flow, beat in sorted(heartbeat.items()):
        print(f"Last {flow:<8}{beat['run']}: {beat['status']}, ended {beat['finished_at']:.16} UTC")
    print(f"Waiting     {len(waiting['files'])} files in {settings.drop_folder}, {waiting['decisions']} decisions")
    for title, (names, rows) in tables.items():
        summary.show_rows(console, title, names, rows)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check this installation: versions, home, lock, disk, watches, files. Says what to do about each fault.

    Example: filingwatch doctor
    """
    from filingwatch.doctor import examine

    findings = examine(read_settings())
    if as_json:
        _print_json([{"check": f.check, "ok": f.ok, "found": f.found, "do": f.cure} for f in findings])
    else:
        for f in findings:
            print(f"{'ok  ' if f.ok else 'FAIL'} {f.check}: {f.found}" + ("" if f.ok else f"\n     do: {f.cure}"))
    if not all(f.ok for f in findings):
        raise typer.Exit(1)


@app.command()
def sources(
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody; only say what is known here.")] = False,
    as_json: AsJson = False,
) -> None:
    """The sources behind a network: what each covers and needs, its terms, whether it works now, how current it is.

    Makes one cheap call to each configured one. Example: filingwatch sources
    """
    from filingwatch import summary
    from filingwatch.survey import survey_sources

    found = survey_sources(read_settings(), ask=not offline)
    if as_json:
        _print_json([asdict(one) for one in found])
    else:
        summary.show_sources(console, found)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="A query on the published file; it reaches nothing else.")],
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Ask the published file.

    Example: filingwatch sql "select office, count(*) from core.fct_invention group by all"
    """
    import duckdb

    from filingwatch import summary
    from filingwatch.errors import BadInput
    from filingwatch.warehouse import reader

    with reader(read_settings()) as con:
        try:
            con.execute("set enable_external_access = false")
            frame = con.sql(query)
            names, rows = (frame.columns, frame.fetchall()) if frame is not None else ([], [])
        except duckdb.Error as error:
            raise BadInput(f"The query failed: {error}") from error
    if as_json:
        _print_json([dict(zip(names, row, strict=True)) for row in rows])
    elif as_csv:
        import csv

        out = csv.writer(sys.stdout)
        out.writerow(names)
        out.writerows(rows)
    else:
        summary.show_rows(console, None, names, rows)


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
def alerts(
    everything: Annotated[bool, typer.Option("--all", help="Also those for ops.")] = False,
    as_json: AsJson = False,
) -> None:
    """What monitors were told, newest first, and what became of each delivery.

    Example: filingwatch alerts --all
    """
    from filingwatch.warehouse import reader

    with reader(read_settings()) as con:
        rows = con.execute(
            "select a.alert_id, a.created_at, a.audience, a.subject, a.body, "
            "string_agg(distinct d.channel || ': ' || d.status, ', ') from ops.alert as a "
            "left join ops.delivery as d using (alert_id) where a.audience = 'monitor' or ? "
            "group by all order by a.created_at desc",
            [everything],
        ).fetchall()
    if as_json:
        names = ("alert_id", "created_at", "audience", "subject", "body", "deliveries")
        _print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    if not rows:
        print("Nobody was told anything yet. What the back-file holds is history: see insight.fct_changepoint.")
    for alert_id, created_at, _, subject, body, deliveries in rows:
        print(f"{created_at:%F %H:%M} UTC  {alert_id}\n{subject}\n\n{body}\n\nDelivered: {deliveries or 'not yet'}\n")


@app.command()
def decide(
    kind: Annotated[str, typer.Argument(help="relevance_label, topic_name or batch_accepted.")],
    subject: Annotated[str, typer.Argument(help="What it is about: a publication, an invention, a topic.")],
    value: Annotated[str, typer.Argument(help="relevant, irrelevant, a name, or accepted.")],
    watch: Annotated[str | None, typer.Option(help="The watch that it belongs to; needed with several.")] = None,
    why: Annotated[str | None, typer.Option(help="The reason, for those who come later.")] = None,
    by: Annotated[str, typer.Option(help="Who decides.")] = "",
) -> None:
    """Put a human decision into the inbox. Works at any time, also while a run is under way.

    Example: filingwatch decide relevance_label CN117876249A irrelevant --why "image enhancement, no city"
    """
    from filingwatch.decisions import decide as put
    from filingwatch.watch import choose_watch

    settings = read_settings()
    watch = choose_watch(settings, watch)
    who = by or getpass.getuser()
    made = put(settings, kind=kind, subject=subject, value=value, decided_by=who, watch=watch, reason=why)
    before = f" (before: {made.previous_value})" if made.previous_value else ""
    print(f"decision {made.decision_id}: {kind} of {subject} is {value}{before}. The next run takes it into account.")
    _announce(settings)


@app.command()
def serve() -> None:
    """Run the scheduler on this machine: nightly by the clock, analysis by day when something was given.

    Needs no worker and no work pool. Example: filingwatch serve
    """
    from filingwatch.runner import serve_deployments

    serve_deployments(read_settings())


_STATUS = {
    "Last runs": """
        select run_id, flow, as_of, started_at, status, message from ops.run
        order by started_at desc limit 5
    """,
    "Jobs of the last run": """
        select job, watch, status, reason, round(seconds, 1) as seconds from ops.job_run
        where run_id = (select arg_max(run_id, decided_at) from ops.job_run) order by decided_at
    """,
    "Sources": """
        select source, status, asked_at, answered_at as ended_well_at, complete_through, stale_since, message
        from ops.source_state order by stale_since is null, source
    """,
    "What they brought": """
        select source, count(*) filter (where kind = 'page') as pages, sum(record_count)::bigint as records,
               max(attempted_at) filter (where record_count > 0) as last_records,
               count(*) filter (where kind = 'request') as requests,
               count(*) filter (where kind = 'request' and status <> 'answered') as unanswered,
               count(*) filter (where kind = 'end' and status in ('degraded', 'stopped', 'failed')) as ended_badly
        from ops.outcome group by source order by source
    """,
    "Quality": """
        select suite, verdict, count(*) as checks from ops.quality_result
        where run_id = (select arg_max(run_id, judged_at) from ops.quality_result) group by all order by all
    """,
}


def _run_and_show(name: str, as_json: bool) -> None:
    from filingwatch import summary
    from filingwatch.runner import run_flow

    settings = read_settings()
    figures = run_flow(settings, name)
    if as_json:
        _print_json(figures)
    else:
        summary.show_night(console, settings, figures)


def _show_backfill(results: list[dict[str, Any]], command: str, as_json: bool) -> None:
    from filingwatch import summary

    if as_json:
        _print_json(results)
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
    if any(result["done"] < result["windows"] for result in results):
        print(f"Windows are left. Go on with the same command: {command}")
    print("Next: filingwatch analyse, or wait for the night.")


def _announce(settings: Any) -> None:
    """Tell a running scheduler that something was given; without one, the next run finds it by itself."""
    from filingwatch.runner import announce

    announce(settings)


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))
