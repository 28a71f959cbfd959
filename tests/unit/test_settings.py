"""Settings: read once, checked once, and silent about secrets."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from filingwatch.errors import BadInput
from filingwatch.settings import read_settings


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    """Each variable arrives in its place, with its type."""
    settings = read_settings(
        {
            "FILINGWATCH_HOME": str(tmp_path),
            "FILINGWATCH_TODAY": "2026-02-28",
            "FILINGWATCH_DEMO": "OFF",
            "FILINGWATCH_THREADS": "3",
            "FILINGWATCH_APPRISE_URLS": "json://one json://two",
        }
    )
    assert (settings.home, settings.today, settings.demo) == (tmp_path, dt.date(2026, 2, 28), "off")
    assert (settings.threads, settings.apprise_urls) == (3, ("json://one", "json://two"))


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("FILINGWATCH_DEMO", "maybe", "auto"),
        ("FILINGWATCH_TODAY", "22.11.2026", "2026-11-22"),
        ("FILINGWATCH_THREADS", "two", "number"),
        ("FILINGWATCH_KEEP_VERSIONS", "0", "at least 1"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name: str, value: str, says: str) -> None:
    """The message names the variable and what is allowed."""
    with pytest.raises(BadInput, match=says) as caught:
        read_settings({name: value})
    assert name in str(caught.value)


def test_addresses_of_channels_do_not_show() -> None:
    """A repr of the settings, as a log may print it, holds no channel address."""
    settings = read_settings({"FILINGWATCH_APPRISE_URLS": "mailto://user:secret@example.org"})
    assert "user:secret" not in repr(settings)
