"""Documents that are made from the project: they say what it says now, and need nobody else to be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from filingwatch import documents, transform
from filingwatch.handbook import write_handbook
from filingwatch.resources import project_root
from filingwatch.settings import Settings
from tests.dbt.conftest import Built


def test_the_committed_handbook_is_what_the_project_says(built: Built) -> None:
    """docs/warehouse.md is generated; whoever changes a model, a column or a description makes it anew."""
    committed = (project_root() / "docs" / "warehouse.md").read_text(encoding="utf-8").splitlines()
    now = write_handbook(built.manifest, documents.ledger_types()).splitlines()
    differing = sorted(set(committed) ^ set(now))[:5]
    if committed != now:
        pytest.fail(
            f"docs/warehouse.md is older than the dbt project. Run `make docs` and commit it. {differing}", False
        )


def test_the_site_is_one_page_that_loads_nothing(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt's documentation with every mart and its types, without a script, style or picture of another address."""
    seen: list[dict[str, str]] = []
    variables = transform._variables
    monkeypatch.setattr(transform, "_variables", lambda *given: seen.append(variables(*given)) or seen[-1])
    page = documents.write_site(built.settings, tmp_path / "site")
    text = page.read_text(encoding="utf-8")
    assert [path.name for path in (tmp_path / "site").iterdir()] == ["index.html"]
    assert not re.findall(r"""<(?:script|link|img|iframe)[^>]*\b(?:src|href)=["']?(?:https?:)?//""", text)
    assert "fct_series_month" in text and "v1_series_month" in text
    assert seen and all(given["DO_NOT_TRACK"] == "1" for given in seen)


def test_the_site_leaves_the_home_alone(settings: Settings, tmp_path: Path) -> None:
    """It can be made while a night runs, and where nothing was published yet: nothing is written into the home."""
    documents.write_site(settings, tmp_path / "site")
    assert not settings.home.exists()
