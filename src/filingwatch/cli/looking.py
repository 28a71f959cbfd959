"""Commands that only look: status, doctor, sources, questions, alerts."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filingwatch.cli.app import AsJson, app, console, print_json
from filingwatch.errors import BadInput
from filingwatch.settings import read_settings

if TYPE_CHECKING:
    from filingwatch.decisions import Decision


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
        print_json(
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
        print_json([{"check": f.check, "ok": f.ok, "found": f.found, "do": f.cure} for f in findings])
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
        print_json([asdict(one) for one in found])
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
    from filingwatch.warehouse import reader

    with reader(read_settings()) as con:
        try:
            con.execute("set enable_external_access = false")
            frame = con.sql(query)
            names, rows = (frame.columns, frame.fetchall()) if frame is not None else ([], [])
        except duckdb.Error as error:
            raise BadInput(f"The query failed: {error}") from error
    if as_json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    elif as_csv:
        import csv

        out = csv.writer(sys.stdout)
        out.writerow(names)
        out.writerows(rows)
    else:
        summary.show_rows(console, None, names, rows)


@app.command()
def alerts(
    everything: Annotated[bool, typer.Option("--all", help="Also those for ops.")] = False,
    as_json: AsJson = False,
) -> None:
    """What monitors were told, newest first, what became of each delivery, and what people said of it since.

    Example: filingwatch alerts --all
    """
    from filingwatch.decisions import find_decisions
    from filingwatch.warehouse import reader

    settings = read_settings()
    said = {one.subject: one for one in find_decisions(settings, ["alert"], watch=None)}
    with reader(settings) as con:
        rows = con.execute(
            "select a.alert_id, a.created_at, a.audience, a.subject, a.body, "
            "string_agg(distinct d.channel || ': ' || d.status, ', ') from ops.alert as a "
            "left join ops.delivery as d using (alert_id) where a.audience = 'monitor' or ? "
            "group by all order by a.created_at desc",
            [everything],
        ).fetchall()
    if as_json:
        names = ("alert_id", "created_at", "audience", "subject", "body", "deliveries")
        print_json([dict(zip(names, row, strict=True)) | _alert_answer(said.get(row[0])) for row in rows])
        return
    if not rows:
        print("Nobody was told anything yet. What the back-file holds is history: see insight.fct_changepoint.")
    for alert_id, created_at, _, subject, body, deliveries in rows:
        print(f"{created_at:%F %H:%M} UTC  {alert_id}\n{subject}\n\n{body}\n\nDelivered: {deliveries or 'not yet'}")
        print(f"Looked into: {_say_answer(_alert_answer(said.get(alert_id)))}\n")


def _alert_answer(last: Decision | None) -> dict[str, str | None]:
    """What stands of an alert: the last word on it, nothing where that took one back."""
    names = ("answer", "answered_by", "answered_at", "answer_reason")
    if last is None or last.value == "reset":
        return dict.fromkeys(names)
    return dict(zip(names, (last.value, last.decided_by, last.decided_at.isoformat(), last.reason), strict=True))


def _say_answer(answer: Mapping[str, str | None]) -> str:
    if answer["answer"] is None:
        return "nobody said so yet; `filingwatch desk` has a page for it"
    reason = f": {answer['answer_reason']}" if answer["answer_reason"] else ""
    return f"{answer['answer']} by {answer['answered_by']} on {(answer['answered_at'] or '')[:10]}{reason}"


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
