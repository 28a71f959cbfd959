"""The document of the sources and the sources themselves say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from filingwatch.sources.registry import CONNECTORS, Connector

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
TITLES = {"ops": "EPO Open Patent", "docdb": "EPO DOCDB", "uspto": "USPTO Open Data Portal", "lens": "Lens"}


def test_no_variable_is_named_that_nobody_reads() -> None:
    """Every FILINGWATCH_ variable of the document is one of the settings."""
    read = set(re.findall(r"FILINGWATCH_[A-Z_]+", (ROOT / "src/filingwatch/settings.py").read_text(encoding="utf-8")))
    told = set(re.findall(r"FILINGWATCH_[A-Z_]+", SOURCES))
    assert told and told <= read


@pytest.mark.parametrize("connector", CONNECTORS, ids=lambda one: one.name)
def test_every_connector_has_its_chapter(connector: Connector) -> None:
    """Its variables, how the credential is had, how new is found, terms, and a table of what ops sees."""
    chapters = re.split(r"^## ", SOURCES, flags=re.MULTILINE)
    (chapter,) = [one for one in chapters if one.startswith(TITLES[connector.name])]
    for variable in connector.needs:
        assert variable in SOURCES
    for part in ("**Credential.**", "**New.**", "**Terms.**", "| what ops sees |"):
        assert part in chapter, f"{connector.name} lacks {part}"


def test_the_figures_of_the_document_are_those_of_the_sources() -> None:
    """How far each one looks back, as the table says it."""
    from filingwatch.sources.lens import source as lens
    from filingwatch.sources.ops import source as ops
    from filingwatch.sources.uspto import source as uspto

    row = next(line for line in SOURCES.splitlines() if line.startswith("| looks back |"))
    assert row == (
        f"| looks back | {ops.OVERLAP_DAYS} days, weekly {ops.WIDE_DAYS} | deliveries not done "
        f"| {uspto.OVERLAP_DAYS} days, weekly {uspto.WIDE_DAYS} | {lens.OVERLAP_DAYS} days | - |"
    )
    first = next(line for line in SOURCES.splitlines() if line.startswith("| first night |"))
    assert f"| {ops.OVERLAP_DAYS} days | 5 weeks | {uspto.FIRST_DAYS} days | {lens.FIRST_DAYS} days | - |" in first
