"""Checks of an installation, each with its cure. Changes nothing but what opening the working file does."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import duckdb

from filingwatch import publish
from filingwatch.errors import FilingwatchError
from filingwatch.lock import night_holder
from filingwatch.resources import dbt_project_folder, project_root
from filingwatch.settings import Settings
from filingwatch.survey import survey_sources
from filingwatch.warehouse import writer
from filingwatch.watch import read_watches

LEAST_FREE_GIB = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was found, and what to do when it is not well."""

    check: str
    ok: bool
    found: str
    cure: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Every check, in the order in which faults explain each other; one that breaks is a fault, not the end.

    Makes one cheap call to each configured source.
    """
    return [_examine_one(check, settings) for check in _CHECKS] + _check_sources(settings)


def _examine_one(check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return check(settings)
    except (FilingwatchError, OSError, duckdb.Error) as error:
        return Finding(check.__name__.removeprefix("_check_").replace("_", " "), False, str(error), "see the message")


def _check_python(settings: Settings) -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", (3, 11) <= sys.version_info < (3, 14), found, "use Python 3.11, 3.12 or 3.13")


def _check_packages(settings: Settings) -> Finding:
    found = {name: version(name) for name in ("prefect", "fastapi", "sqlalchemy", "duckdb", "dbt-duckdb")}

    def at_most(name: str, *limit: int) -> bool:
        return tuple(int(part) for part in found[name].split(".")[:2]) < limit

    ok = at_most("fastapi", 0, 151) and at_most("sqlalchemy", 2, 1) and at_most("duckdb", 2, 0)
    return Finding(
        "packages", ok, ", ".join(f"{name} {number}" for name, number in found.items()),
        "install the versions of requirements.lock: newer fastapi or sqlalchemy break Prefect's server",
    )  # fmt: skip


def _check_project(settings: Settings) -> Finding:
    parts = [dbt_project_folder() / "dbt_project.yml", project_root() / "flows", project_root() / "deployments"]
    missing = [path.name for path in parts if not path.exists()]
    return Finding("project files", not missing, f"missing {missing}" if missing else str(project_root()), "reinstall")


def _check_home(settings: Settings) -> Finding:
    settings.home.mkdir(parents=True, exist_ok=True)
    ok = os.access(settings.home, os.W_OK)
    return Finding("home", ok, str(settings.home), "give this user the right to write there, or set FILINGWATCH_HOME")


def _check_lock(settings: Settings) -> Finding:
    holder = night_holder(settings)
    return Finding("lock", True, f"held by {holder}" if holder else "free")


def _check_disk(settings: Settings) -> Finding:
    settings.home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.home).free / 2**30
    return Finding("disk", free >= LEAST_FREE_GIB, f"{free:.1f} GiB free", f"free at least {LEAST_FREE_GIB} GiB")


def _check_watches(settings: Settings) -> Finding:
    return Finding("watches", True, ", ".join(f"{watch.watch} {watch.version}" for watch in read_watches(settings)))


def _check_working_file(settings: Settings) -> Finding:
    if not settings.working_file.exists():
        return Finding("working file", True, "not there yet; the first run makes it")
    with writer(settings) as con:
        schema = con.execute("select max(number) from ops.migration").fetchall()[0][0]
        stuck = con.execute("select count(*) from ops.run where status = 'running'").fetchall()[0][0]
    found = f"schema {schema}, {settings.working_file.stat().st_size / 2**20:.1f} MiB"
    return Finding(
        "working file", True, found + (", the last run was cut off" if stuck and not night_holder(settings) else "")
    )


def _check_published(settings: Settings) -> Finding:
    current = publish.current_version(settings)
    found = (
        "nothing published yet" if current is None else f"version {current.version}, {current.bytes / 2**20:.1f} MiB"
    )
    return Finding("published file", True, found)


def _check_sources(settings: Settings) -> list[Finding]:
    """A finding for each source that is configured; what is wrong with one is said with its cure in the same breath."""
    asked = [one for one in survey_sources(settings) if one.is_configured]
    if not asked:
        return [Finding("sources", True, "none is configured: files that you import, or the demo office")]
    findings = []
    for one in asked:
        found, _, cure = one.found.partition(". ") if not one.works else (one.found, "", "")
        findings.append(Finding(f"source {one.name}", bool(one.works), found, cure or "see docs/operations.md"))
    return findings


_CHECKS: tuple[Callable[[Settings], Finding], ...] = (
    _check_python, _check_packages, _check_project, _check_home, _check_lock, _check_disk, _check_watches,
    _check_working_file, _check_published,
)  # fmt: skip
