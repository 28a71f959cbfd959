"""What a person sees at the end of a run, and in `filingwatch status`: tables for a terminal. No decisions here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from filingwatch.freshness import describe_sources
from filingwatch.settings import Settings
from filingwatch.terminal import Row, show_rows
from filingwatch.warehouse import reader

if TYPE_CHECKING:
    from filingwatch.backfill import Advance
    from filingwatch.backfill_plan import Plan
    from filingwatch.survey import Survey


def show_night(console: Console, settings: Settings, figures: Mapping[str, Any]) -> None:
    """What happened in each stage, what is news, and where to look."""
    table = Table(title="This run", title_justify="left", show_header=True)
    table.add_column("stage")
    table.add_column("what happened", overflow="fold")
    for stage, what in _stages(figures):
        table.add_row(stage, Text(what))
    console.print(table)
    if settings.published_file.exists():
        show_publication(console, settings)
    console.print(
        f"\nPublished file   {settings.published_file}\n"
        f"Quality page     {figures.get('quality_page', settings.home / 'quality' / 'latest.html')}\n"
        f"Alerts           {settings.alerts_folder}\n"
        'Ask it           filingwatch sql "select * from insight.fct_changepoint"\n'
        "Run history      filingwatch status",
        soft_wrap=True, highlight=False,
    )  # fmt: skip


def show_publication(console: Console, settings: Settings) -> None:
    """The published file in four small tables."""
    with reader(settings) as con:
        synthetic = con.execute("select coalesce(bool_or(is_synthetic), false) from core.fct_invention").fetchall()[0][
            0
        ]
        stamp = " - SYNTHETIC, made by the demo office" if synthetic else ""
        for title, sql in _VIEWS.items():
            show_rows(console, title + stamp, *_ask(con, sql))


@contextmanager
def backfill_bar() -> Iterator[Callable[[Advance], None]]:
    """A line over the windows of a backfill with what has landed; silent when nobody watches a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("windows, {task.fields[records]:,} records, {task.fields[new]:,} new"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(advance: Advance) -> None:
            if advance.source not in tasks:
                tasks[advance.source] = bar.add_task(advance.source, records=0, new=0)
            bar.update(
                tasks[advance.source], description=f"{advance.source} {advance.window.start}",
                completed=advance.done, total=advance.windows,
                records=advance.landed.records, new=advance.landed.new,
            )  # fmt: skip

        yield tell


def show_plans(console: Console, plans: Sequence[Plan]) -> None:
    """What a backfill would do and cost, source by source."""
    rows = []
    for plan in plans:
        cost = plan.estimate
        if plan.problem is not None or cost is None:
            rows.append((plan.source, "none", "", "", "", "", "", plan.problem))
            continue
        share = "" if plan.week_share is None else f"{plan.week_share:.1%}"
        rows.append(
            (plan.source, f"{plan.windows - plan.done} of {plan.windows}", f"{cost.records:,}", f"{cost.requests:,}",
             f"{cost.bytes / 2**20:,.1f} MiB", f"{dt.timedelta(seconds=round(plan.seconds))}", share, cost.note)
        )  # fmt: skip
    names = ("source", "windows left", "records", "requests", "bytes", "at least", "of a week's allowance", "note")
    show_rows(console, "What it would cost", names, rows)


def show_sources(console: Console, found: Sequence[Survey]) -> None:
    """Every source in a block of its own: whether it works, how current it is, what it covers, needs and allows."""
    for one in found:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(min_width=8)
        grid.add_column(overflow="fold")
        works = {True: "works", False: "FAILS", None: ""}[one.works]
        lines = [
            ("now", f"{works}: {one.found}" if works else one.found),
            ("data", _currency(one)),
            ("covers", one.covers),
            *(("needs", f"{name}{'' if name in one.missing else ' (set)'}: {how}") for name, how in one.needs.items()),
            ("terms", one.terms),
        ]
        for name, text in lines:
            grid.add_row(Text(f"  {name}"), Text(text))
        console.print(Text(f"{one.name}  {one.title}", style="bold"))
        console.print(grid)
        console.print()


def _currency(one: Survey) -> str:
    """How current the data of a source are."""
    if one.state is None:
        return "never asked"
    state = one.state
    lines = [
        f"last ended well {state.answered_at:%F %H:%M} UTC" if state.answered_at else "never ended well",
        f"complete through {state.complete_through}" if state.complete_through else "",
        f"stale since {state.stale_since} ({state.status})" if state.stale_since else "",
    ]
    return ", ".join(filter(None, lines))


_VIEWS = {
    "Inventions": """
        select office, patent_type, count(*) as inventions, count(filing_month) as dated,
               min(filing_month) as first_month, max(filing_month) as last_month
        from core.fct_invention group by all order by inventions desc limit 8
    """,
    "Funnel": "select watch, stage, item_count, unit from insight.fct_funnel order by watch, stage_order",
    "Topics": """
        select watch, topic_id, name, filing_count as filings from insight.dim_topic
        where state <> 'gone'
        qualify row_number() over (partition by watch order by filing_count desc) <= 12
        order by watch, filing_count desc
    """,
    "Changepoints": """
        select label as series, strftime(month, '%Y-%m') as month,
               strftime(month_low, '%Y-%m') || ' .. ' || strftime(month_high, '%Y-%m') as "interval",
               printf('x %.2f [%.2f .. %.2f]', rate_ratio, rate_ratio_low, rate_ratio_high) as rate,
               state, case when is_news then 'news' else 'history' end as told
        from insight.fct_changepoint where mode = 'careful' order by is_news desc, month desc, series limit 15
    """,
}


def _stages(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = []
    taken = figures.get("ingest", {})
    for source in [*taken.get("sources", []), *taken.get("given", {}).get("files", [])]:
        rows.append((f"ingest {source['source']}", _source_line(source)))
    if taken:
        given = taken["given"]
        rows.append(("ingest given", f"{given['decisions']} decisions, {given['watches_changed']} watches changed"))
    rows += [("sources", line) for line in describe_sources(figures["sources"])] if "sources" in figures else []
    for layer, what in figures.get("transform", {}).items():
        counts = f": {what['nodes']} dbt nodes in {what['seconds']:.1f} s" if "nodes" in what else ""
        rows.append((f"transform {layer}", f"{what['status']} ({what['reason']}){counts}"))
    for suite, what in figures.get("gates", {}).items():
        rows.append((f"gate {suite}", f"{what['gate']}: {what['passed']} of {what['checks']} checks passed"))
    for job in figures.get("jobs", []):
        rows.append((f"job {job['job']}", f"{job['watch'] or 'all watches'}: {job['status']} ({job['reason']})"))
        if job.get("figures", {}).get("promotion") == "held back":
            rows.append(("", f"{job['watch']}: a new model is held back, {job['figures']['promotion_because']}"))
        rows += [("", f"{job['watch']}: {line}") for line in _refit_lines(job.get("figures", {}))]
    if "publish" in figures:
        rows.append(("publish", f"{figures['publish']['action']} version {figures['publish']['version']}"))
    if "alerts" in figures:
        told = {d["alert_id"] for d in figures["alerts"] if d["status"] == "delivered"}
        failed = [d for d in figures["alerts"] if d["status"] != "delivered"]
        rows.append(("notify", f"{len(told)} alerts delivered, {len(failed)} deliveries failed"))
    return rows


def _refit_lines(figures: Mapping[str, Any]) -> list[str]:
    """What there is to say of a refit of the topics that did not simply take over."""
    if figures.get("refit") == "held back":
        return [f"a refit of the topics is held back, {figures['refit_because']}; `filingwatch topics review` shows it"]
    if figures.get("refit") == "waits for a person":
        return ["a refit of the topics waits for a person; `filingwatch topics review` shows it"]
    return []


def _source_line(source: Mapping[str, Any]) -> str:
    counts = (
        f"{source['records']} records in {source['pages']} pages: {source['new']} new, {source['changed']} changed, "
        f"{source['unchanged']} known, {source['rejects']} rejected"
    )
    if source["error"] is None:
        return f"{source['status']}: {counts}"
    return f"{source['status']}: {source['error']}" + (f" It brought {counts}." if source["pages"] else "")


def _ask(con: Any, sql: str) -> tuple[list[str], list[Row]]:
    result = con.execute(sql)
    return [column[0] for column in result.description], result.fetchall()
