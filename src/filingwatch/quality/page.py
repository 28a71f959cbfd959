"""The night's quality page: one HTML file that needs nothing else, for people who look at it on any screen or paper.

Great Expectations' own pages load their parts from elsewhere. Where the file is written is the caller's affair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from filingwatch.ledger import Run
from filingwatch.quality.verdict import SAMPLE_ROWS, GateResult, Verdict, plain_json

_MARKS = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.COULD_NOT_TELL: "?"}


def render_page(
    results: Sequence[GateResult], run: Run, figures: Mapping[str, Any], sources: Sequence[str] = ()
) -> str:
    """The page as HTML. `figures` are the night's numbers by stage; nested ones are written as JSON. `sources` are
    lines about which sources were used and which are stale."""
    return _template().render(
        results=results,
        run=run,
        sources=sources,
        figures={name: _figure_rows(value) for name, value in figures.items()},
        is_synthetic=any(result.is_synthetic for result in results),
        is_untold=bool(results) and all(result.is_synthetic is None for result in results),
        is_open=bool(results) and all(result.is_open for result in results),
        marks=_MARKS,
        sample_rows=SAMPLE_ROWS,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).resolve().parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["as_text"] = _as_text
    return environment.get_template("page.html.j2")


def _figure_rows(value: Any) -> list[tuple[str, str]]:
    """The figures of one stage as name and text; a stage may also be a single value."""
    if isinstance(value, Mapping):
        return [(str(name), _as_text(item)) for name, item in value.items()]
    return [("", _as_text(value))]


def _as_text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return value if isinstance(value, str) else plain_json(value)
