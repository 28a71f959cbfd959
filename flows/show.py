"""How a run shows itself: artifacts in Prefect's page, progress bars on a terminal. Formatting only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from filingwatch.landing import Landed
from filingwatch.ledger import Run


def show_table(key: str, rows: Sequence[dict[str, Any]]) -> None:
    """A table in Prefect's page under a stable key, so that its history can be read night by night."""
    if rows:
        plain = [{name: _cell(value) for name, value in row.items()} for row in rows]
        create_table_artifact(key=re.sub(r"[^a-z0-9]+", "-", f"filingwatch-{key}"), table=plain)


def show_figures(run: Run, figures: dict[str, Any]) -> None:
    """The night's figures as one page."""
    body = json.dumps(figures, ensure_ascii=False, indent=2, default=str)
    create_markdown_artifact(key="filingwatch-night", markdown=f"# {run.flow} {run.run_id}\n\n```json\n{body}\n```")


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[Landed], None]]:
    """A line that counts landed records; silent when nobody watches a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed} records"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda landed: bar.update(task, completed=landed.records)


def _cell(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool)) or value is None else json.dumps(value, default=str)
