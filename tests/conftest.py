"""What every test may ask for: a home of its own, settings, the folder of real filings."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from filingwatch.settings import Settings

# a busy machine is slow, not wrong
hypothesis.settings.register_profile("filingwatch", deadline=None)
hypothesis.settings.load_profile("filingwatch")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a fresh home, on a fixed day."""
    return Settings(home=tmp_path / "home", today=dt.date(2026, 11, 22))


@pytest.fixture(scope="session", autouse=True)
def clean_prefect_home() -> Iterator[None]:
    """Remove what the command lines of this process left in their common Prefect home."""
    from tests.commands import PREFECT_HOME

    yield
    shutil.rmtree(PREFECT_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real filings, which is not part of the project."""
    folder = Path(os.environ.get("FILINGWATCH_REAL_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no folder of real filings at {folder}; set FILINGWATCH_REAL_DATA to run this test")
    return folder
