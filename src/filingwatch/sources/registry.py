"""The sources behind a network: what each covers and needs, its terms of use in a line, and how it is built.

How an office speaks is in its own package. Nothing is imported from there before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from filingwatch.errors import Terminal
from filingwatch.settings import Settings
from filingwatch.sources.base import LiveSource
from filingwatch.sources.pace import SYSTEM_CLOCK, Clock


@dataclass(frozen=True, slots=True)
class Connector:
    """One source as people see it. `needs` maps each variable that switches it on to how it is had; `feeds` are the
    wire formats that it writes."""

    name: str
    title: str
    feeds: tuple[str, ...]
    covers: str
    needs: Mapping[str, str]
    terms: str
    _settings: Callable[[Settings], Mapping[str, object]]
    _build: Callable[[Settings, Clock], LiveSource]
    goes_back: bool = True
    """Whether years of the past can be had from it, by a backfill."""

    def missing(self, settings: Settings) -> tuple[str, ...]:
        """The variables that are not set; all of `needs` when it is not configured at all."""
        return tuple(name for name, value in self._settings(settings).items() if value is None)

    def is_configured(self, settings: Settings) -> bool:
        """Whether somebody wants this source: at least one of its variables is set."""
        return len(self.missing(settings)) < len(self.needs)

    def build(self, settings: Settings, clock: Clock = SYSTEM_CLOCK) -> LiveSource:
        """The source itself. Asks nobody anything yet.

        Raises:
            Terminal: it is configured by half; names the variable that is missing.
        """
        missing = self.missing(settings)
        if missing:
            raise Terminal(f"{self.title} is configured by half. Set {' and '.join(missing)} too, or unset the rest.")
        return self._build(settings, clock)


def _build_ops(settings: Settings, clock: Clock) -> LiveSource:
    from filingwatch.sources.ops import OpsSource

    key, secret = _present(settings.ops_key), _present(settings.ops_secret)
    return OpsSource(key, secret, settings.ops_url, contact=settings.contact, clock=clock)


def _build_docdb(settings: Settings, clock: Clock) -> LiveSource:
    from filingwatch.sources.docdb import DocdbSource

    assert settings.docdb_url is not None
    return DocdbSource(settings.docdb_url, settings.downloads / "docdb", contact=settings.contact, clock=clock)


def _build_uspto(settings: Settings, clock: Clock) -> LiveSource:
    from filingwatch.sources.uspto import UsptoSource

    folder = settings.downloads / "uspto"
    return UsptoSource(_present(settings.uspto_key), settings.uspto_url, folder, contact=settings.contact, clock=clock)


def _build_lens(settings: Settings, clock: Clock) -> LiveSource:
    from filingwatch.sources.lens import LensSource

    return LensSource(_present(settings.lens_token), settings.lens_url, contact=settings.contact, clock=clock)


def _present(secret: SecretStr | None) -> SecretStr:
    assert secret is not None
    return secret


CONNECTORS: tuple[Connector, ...] = (
    Connector(
        "ops",
        "EPO Open Patent Services",
        ("epo-ops",),
        "about 100 offices: bibliography and abstracts that match the watch's English terms and classes",
        {
            "FILINGWATCH_OPS_KEY": "consumer key, free: developers.epo.org, My Apps; approved by hand in a day or two",
            "FILINGWATCH_OPS_SECRET": "consumer secret of the same app",
        },
        "free up to a weekly volume; use in your own database and products, no passing on of the data as such",
        lambda s: {"FILINGWATCH_OPS_KEY": s.ops_key, "FILINGWATCH_OPS_SECRET": s.ops_secret},
        _build_ops,
    ),
    Connector(
        "docdb",
        "EPO DOCDB front files",
        ("epo-docdb",),
        "about 100 offices: every new, changed and deleted record of the week; also counts what the watch passes over",
        {"FILINGWATCH_DOCDB_URL": "no credential; the address of EPO's bulk data service, see docs/sources.md"},
        "EPO raw data terms: free, for your own products, no resale of the raw set",
        lambda s: {"FILINGWATCH_DOCDB_URL": s.docdb_url},
        _build_docdb,
        goes_back=False,
    ),
    Connector(
        "uspto",
        "USPTO Open Data Portal",
        ("uspto-odp", "uspto-xml"),
        "US applications and grants since 2001, abstracts from the weekly files",
        {"FILINGWATCH_USPTO_KEY": "API key, free: data.uspto.gov, My ODP; needs an account with an identity check"},
        "US government data, free; one request at a time, and a weekly file at most 20 times a year",
        lambda s: {"FILINGWATCH_USPTO_KEY": s.uspto_key},
        _build_uspto,
    ),
    Connector(
        "lens",
        "Lens.org patent API",
        ("lens-api",),
        "worldwide, texts in several languages, found by the day on which Lens loaded them",
        {"FILINGWATCH_LENS_TOKEN": "access token: lens.org, My Account, Subscriptions; by approval, trial of 14 days"},
        "by contract; the trial is for non-commercial use; monthly limits on requests and records",
        lambda s: {"FILINGWATCH_LENS_TOKEN": s.lens_token},
        _build_lens,
    ),
)


def configured(settings: Settings) -> tuple[Connector, ...]:
    """The connectors that this installation uses, in the order in which a night asks them."""
    return tuple(connector for connector in CONNECTORS if connector.is_configured(settings))
