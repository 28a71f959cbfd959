"""Running the command line as a person would: another process, a home of its own, nothing of this test's state."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

SMALL_WORLD = "0.15"
"""Scale of the demo world in tests: large enough for its planted shifts, small enough for a minute."""


PREFECT_HOME = Path(tempfile.gettempdir()) / f"filingwatch-tests-{os.getpid()}"
"""One home for Prefect's own server in each test process: making its database takes longer than a night needs it."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """An environment with this home and nothing of ours from outside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FILINGWATCH_", "PREFECT_"))}
    return kept | {
        "FILINGWATCH_HOME": str(home),
        "FILINGWATCH_TODAY": "2026-11-22",
        "FILINGWATCH_DEMO_SCALE": SMALL_WORLD,
        "PREFECT_HOME": str(PREFECT_HOME),
        **more,
    }


def run(home: Path, *arguments: str, code: int | None = 0, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `filingwatch ...` to its end; `code` is the exit code that is expected (None: any)."""
    done = run_python(home, "-m", "filingwatch", *arguments, **more)
    if code is not None:
        assert done.returncode == code, f"{arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def run_python(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process group of its own, and end what a killed run leaves behind (Prefect's own server)."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        env=environment(home, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output = wait_for_end(process)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return subprocess.CompletedProcess(process.args, process.returncode, *output)


def wait_for_end(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Output of a process that may leave children behind that hold its pipes open."""
    while process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=0.5)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.communicate()


def ask(home: Path, query: str) -> list[dict[str, Any]]:
    """Rows of a query on the published file, through the command that analysts use."""
    return json.loads(run(home, "sql", query, "--json").stdout)
