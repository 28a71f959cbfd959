"""Runs the dbt project in this process and turns its results into small records.

Here belong the call of dbt and the reading of what it says; what is computed belongs to the models. dbt opens the
working file itself, so no connection of this process may be open meanwhile, and none is left open afterwards.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from filingwatch import warehouse
from filingwatch.errors import TransformFailed
from filingwatch.resources import dbt_project_folder
from filingwatch.settings import Settings

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

_GOOD = ("success", "pass")
_NOT_SOURCE = ("target", "logs", "dbt_packages")
_SAMPLE_ROWS = 3
_NAMED_FAILURES = 5

_parsed: dict[str, Manifest] = {}
"""The parsed project by its key: parsing costs seconds, and the same process builds three layers."""


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What became of one node. `failures` counts offending rows of a test and is None for what is not a test."""

    node: str
    kind: str
    status: str
    seconds: float
    failures: int | None
    message: str | None


@dataclass(frozen=True, slots=True)
class TransformResult:
    """A transform that went well: every node that ran, in the order in which they ended."""

    select: str
    nodes: tuple[NodeResult, ...]
    seconds: float

    def figures(self) -> dict[str, Any]:
        """How many nodes of which kind, and how long it took, as plain data."""
        kinds = Counter(node.kind for node in self.nodes)
        return {"nodes": len(self.nodes), **dict(sorted(kinds.items())), "seconds": round(self.seconds, 2)}


def build(settings: Settings, select: str, *, as_of: dt.date, is_whole: bool = True) -> TransformResult:
    """Build and test what a dbt selection names (such as `tag:core`), with what was known on `as_of`.

    Tables that are kept from build to build are built anew too, unless `is_whole` is False: then they take in what has
    changed since the last build, which must have ended, on no later day and with the same project.

    No connection to the working file may be open in this process; none is open afterwards. Unit tests of the models
    are left out: they judge the code, not the night.

    Raises:
        TransformFailed: a model or a test failed, nothing matched the selection, or the project cannot be parsed;
            names each failing node with its first bad rows.
        Transient: another process holds the working file.
    """
    return run_dbt(
        settings,
        [
            "build",
            "--select",
            select,
            "--indirect-selection",
            "buildable",
            "--exclude-resource-type",
            "unit_test",
            *(["--full-refresh"] if is_whole else []),
        ],
        as_of=as_of,
        what=select,
    )


def run_unit_tests(settings: Settings, *, as_of: dt.date) -> TransformResult:
    """Run the models' unit tests; the tables that they read must have been built once.

    Raises:
        TransformFailed: as for `build`.
    """
    return run_dbt(settings, ["test", "--select", "test_type:unit"], as_of=as_of, what="unit tests")


def project_hash(project: Path | None = None) -> str:
    """Hash of the dbt project's files: equal keys mean that models, tests, seeds and their descriptions are equal."""
    folder = project or dbt_project_folder()
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and relative.parts[0] not in _NOT_SOURCE and not path.name.startswith("."):
            content = path.read_bytes()
            digest.update(f"{relative.as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:16]


def run_dbt(settings: Settings, arguments: Sequence[str], *, as_of: dt.date, what: str) -> TransformResult:
    """Run one dbt command in this process; `what` names it in messages.

    Raises:
        TransformFailed, Transient: as for `build`.
    """
    started = time.monotonic()
    # dbt reads tables that migrations create, and its own message about a file in use names nobody.
    with warehouse.writer(settings):
        pass
    with _environment(_variables(settings, as_of)):
        results = _invoke(arguments, settings, _parse_project(settings)).results
    bad = [result for result in results if str(result.status) not in _GOOD]
    if bad:
        raise _failure(what, settings, bad)
    if not results:
        raise TransformFailed(
            f"dbt ran nothing for {what!r}: name a layer (tag:core, tag:series, tag:findings) or a model."
        )
    return TransformResult(what, tuple(map(_read_result, results)), time.monotonic() - started)


def read_manifest(settings: Settings, *, as_of: dt.date) -> dict[str, Any]:
    """The project as dbt understands it, as plain data: models, tests, sources, what depends on what."""
    with _environment(_variables(settings, as_of)):
        return _parse_project(settings).writable_manifest().to_dict(omit_none=False)


def generate_site(settings: Settings, *, as_of: dt.date) -> Path:
    """dbt's own documentation of the project and of what the working file holds, as one HTML page.

    Raises:
        TransformFailed: the project cannot be parsed or compiled.
    """
    with warehouse.writer(settings):
        pass
    with _environment(_variables(settings, as_of)):
        _invoke(["docs", "generate", "--static"], settings, _parse_project(settings))
    return settings.dbt_state / "target" / "static_index.html"


def _parse_project(settings: Settings) -> Manifest:
    key = project_hash()
    if key not in _parsed:
        _parsed.clear()
        _parsed[key] = _invoke(["parse"], settings, None)
    return _parsed[key]


def _invoke(arguments: Sequence[str], settings: Settings, manifest: Manifest | None) -> Any:
    from dbt.cli.main import dbtRunner

    answer = dbtRunner(manifest=manifest).invoke([*arguments, *_options(settings)])
    if isinstance(answer.exception, (KeyboardInterrupt, SystemExit)):
        raise answer.exception
    if answer.result is None:
        raise TransformFailed(
            f"dbt could not {arguments[0]}: {answer.exception}\n"
            f"Its log is {settings.dbt_state / 'logs' / 'dbt.log'}; the project is {dbt_project_folder()}."
        )
    return answer.result


def _options(settings: Settings) -> list[str]:
    project = str(dbt_project_folder())
    return [
        "--project-dir", project, "--profiles-dir", project,
        "--target-path", str(settings.dbt_state / "target"), "--log-path", str(settings.dbt_state / "logs"),
        "--log-level", "none", "--log-level-file", "info", "--no-print",
        "--no-send-anonymous-usage-stats", "--no-version-check",
    ]  # fmt: skip


def _variables(settings: Settings, as_of: dt.date) -> dict[str, str]:
    """What profiles.yml and the models read from the environment."""
    return {
        "FILINGWATCH_WORKING_FILE": str(settings.working_file),
        "FILINGWATCH_AS_OF": as_of.isoformat(),
        "FILINGWATCH_DBT_THREADS": str(settings.threads),
        "FILINGWATCH_DBT_MEMORY_LIMIT": settings.memory_limit,
        "FILINGWATCH_DBT_TMP": str(settings.home / "work" / "tmp"),
        "DO_NOT_TRACK": "1",
    }


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _read_result(result: Any) -> NodeResult:
    node = result.node
    return NodeResult(
        node=_name(node),
        kind=str(node.resource_type),
        status=str(result.status),
        seconds=result.execution_time,
        failures=result.failures if node.resource_type in ("test", "unit_test") else None,
        message=result.message,
    )


def _name(node: Any) -> str:
    """`core.fct_invention` for a table, the plain name for a test."""
    return f"{node.schema}.{node.name}" if node.resource_type in ("model", "seed") else node.name


def _failure(what: str, settings: Settings, bad: Sequence[Any]) -> TransformFailed:
    broken = [result for result in bad if str(result.status) != "skipped"]
    lines = [f"dbt failed in {what}: {len(broken)} of its nodes are broken, {len(bad) - len(broken)} were skipped."]
    with warehouse.writer(settings) as con:
        for result in broken[:_NAMED_FAILURES]:
            lines.append(f"  {_name(result.node)}: {' '.join(str(result.message).split())}")
            lines += [f"    {row}" for row in _sample_rows(con, result)]
    if len(broken) > _NAMED_FAILURES:
        lines.append(f"  and {len(broken) - _NAMED_FAILURES} more")
    lines.append(f"Nothing later was built. The log is {settings.dbt_state / 'logs' / 'dbt.log'}.")
    return TransformFailed("\n".join(lines))


def _sample_rows(con: duckdb.DuckDBPyConnection, result: Any) -> list[dict[str, Any]]:
    """The first rows that a failing test found; empty for a model, and when the rows cannot be asked for again."""
    if result.node.resource_type != "test" or not result.node.compiled_code:
        return []
    try:
        return con.sql(result.node.compiled_code).limit(_SAMPLE_ROWS).pl().to_dicts()
    except duckdb.Error:
        return []
