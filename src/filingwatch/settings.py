"""Settings, read once at the edge from the environment; everything below receives them as an argument.

What one watch wants (terms, series, events) is not a setting: it lives in the watch file. Schedules live in
deployments/prefect.yaml alone.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from filingwatch.errors import BadInput
from filingwatch.resources import checkout_root

DemoMode = Literal["auto", "on", "off"]

OPS_URL = "https://ops.epo.org/3.2"
USPTO_URL = "https://api.uspto.gov"
LENS_URL = "https://api.lens.org"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def default_home(env: Mapping[str, str]) -> Path:
    """Where data live when FILINGWATCH_HOME is not set: `var/` of a checkout, else the user's data directory."""
    root = checkout_root()
    if root is not None:
        return root / "var"
    base = env.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "filingwatch"


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the environment decides. Paths are absolute; no secret shows in a repr.

    `today` is the day on which the run believes to be (UTC); tests and replays set it, nobody else. `docdb_url` None
    means that the DOCDB front files are not asked for: they need no credential, but weigh gigabytes a week. `contact`
    is told to every office in the User-Agent.
    """

    home: Path
    today: dt.date
    demo: DemoMode = "auto"
    demo_seed: int = 2015
    demo_scale: float = 1.0
    demo_begins: dt.date | None = None
    threads: int = 2
    memory_limit: str = "3GB"
    keep_versions: int = 7
    lock_wait_seconds: float = 0.0
    apprise_urls: tuple[str, ...] = field(default=(), repr=False)
    ops_apprise_urls: tuple[str, ...] = field(default=(), repr=False)
    ops_key: SecretStr | None = None
    ops_secret: SecretStr | None = None
    ops_url: str = OPS_URL
    docdb_url: str | None = None
    uspto_key: SecretStr | None = None
    uspto_url: str = USPTO_URL
    lens_token: SecretStr | None = None
    lens_url: str = LENS_URL
    contact: str = ""

    @property
    def working_file(self) -> Path:
        """The one DuckDB file that a run writes; analysts never open it."""
        return self.home / "work" / "filingwatch.duckdb"

    @property
    def published_file(self) -> Path:
        """The DuckDB file that analysts open read-only."""
        return self.published / "filingwatch.duckdb"

    @property
    def published(self) -> Path:
        return self.home / "published"

    @property
    def payloads(self) -> Path:
        """Compressed originals of every page, by content hash."""
        return self.home / "payloads"

    @property
    def drop_folder(self) -> Path:
        """Files that people put here are imported by the next run."""
        return self.home / "drop"

    @property
    def downloads(self) -> Path:
        """Files of offices on their way into the working file; whatever is here can be downloaded again."""
        return self.home / "downloads"

    @property
    def decisions_file(self) -> Path:
        return self.home / "decisions.sqlite"

    @property
    def user_watches(self) -> Path:
        return self.home / "watches"

    @property
    def alerts_folder(self) -> Path:
        return self.home / "alerts"

    @property
    def prefect_home(self) -> Path:
        return self.home / "prefect"

    @property
    def dbt_state(self) -> Path:
        """dbt's target and log folders."""
        return self.home / "dbt"


def read_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment.

    Raises:
        BadInput: a variable has a value that cannot be used; the message names it and what is allowed.
    """
    env = os.environ if env is None else env
    demo = env.get("FILINGWATCH_DEMO", "auto").strip().lower()
    if demo not in ("auto", "on", "off"):
        raise BadInput(f"FILINGWATCH_DEMO is {demo!r}; use auto (demo until real filings are there), on or off.")
    return Settings(
        home=Path(env["FILINGWATCH_HOME"]).expanduser().resolve() if env.get("FILINGWATCH_HOME") else default_home(env),
        today=_read_day(env),
        demo=demo,  # type: ignore[arg-type]
        demo_seed=int(_read_number(env, "FILINGWATCH_DEMO_SEED", 2015, least=0)),
        demo_scale=_read_number(env, "FILINGWATCH_DEMO_SCALE", 1.0, least=0.01),
        demo_begins=_read_date(env, "FILINGWATCH_DEMO_BEGINS"),
        threads=int(_read_number(env, "FILINGWATCH_THREADS", 2, least=1)),
        memory_limit=env.get("FILINGWATCH_MEMORY_LIMIT", "3GB"),
        keep_versions=int(_read_number(env, "FILINGWATCH_KEEP_VERSIONS", 7, least=1)),
        lock_wait_seconds=_read_number(env, "FILINGWATCH_LOCK_WAIT_SECONDS", 0.0, least=0.0),
        apprise_urls=tuple(env.get("FILINGWATCH_APPRISE_URLS", "").split()),
        ops_apprise_urls=tuple(env.get("FILINGWATCH_OPS_APPRISE_URLS", "").split()),
        ops_key=_read_secret(env, "FILINGWATCH_OPS_KEY"),
        ops_secret=_read_secret(env, "FILINGWATCH_OPS_SECRET"),
        ops_url=_read_url(env, "FILINGWATCH_OPS_URL") or OPS_URL,
        docdb_url=_read_url(env, "FILINGWATCH_DOCDB_URL"),
        uspto_key=_read_secret(env, "FILINGWATCH_USPTO_KEY"),
        uspto_url=_read_url(env, "FILINGWATCH_USPTO_URL") or USPTO_URL,
        lens_token=_read_secret(env, "FILINGWATCH_LENS_TOKEN"),
        lens_url=_read_url(env, "FILINGWATCH_LENS_URL") or LENS_URL,
        contact=_read_contact(env),
    )


def _read_secret(env: Mapping[str, str], name: str) -> SecretStr | None:
    text = env.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isprintable() or " " in text:
        raise BadInput(f"{name} holds blanks or characters that no credential has; copy it again.")
    return SecretStr(text)


def _read_url(env: Mapping[str, str], name: str) -> str | None:
    text = env.get(name, "").strip().rstrip("/")
    if not text:
        return None
    parts = urlsplit(text)
    if (
        parts.hostname is None
        or parts.username
        or parts.query
        or parts.fragment
        or parts.scheme not in ("https", "http")
    ):
        raise BadInput(f"{name} must be an address such as https://host/path, without credentials in it.")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise BadInput(f"{name} must begin with https: credentials and answers would travel readable.")
    return text


def _read_contact(env: Mapping[str, str]) -> str:
    text = env.get("FILINGWATCH_CONTACT", "").strip()
    if not text.isascii() or not (text or " ").isprintable() or "(" in text or ")" in text:
        raise BadInput("FILINGWATCH_CONTACT must be a mail or web address in plain ASCII; offices see it.")
    return text


def _read_day(env: Mapping[str, str]) -> dt.date:
    return _read_date(env, "FILINGWATCH_TODAY") or dt.datetime.now(dt.UTC).date()


def _read_date(env: Mapping[str, str], name: str) -> dt.date | None:
    text = env.get(name)
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{name} is {text!r}; write a day as 2026-11-22, or unset it.") from error


def _read_number(env: Mapping[str, str], name: str, default: float, *, least: float) -> float:
    text = env.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError as error:
        raise BadInput(f"{name} is {text!r}; it must be a number of at least {least}.") from error
    if not least <= value < float("inf"):
        raise BadInput(f"{name} is {text!r}; it must be a number of at least {least}.")
    return value
