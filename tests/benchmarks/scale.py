"""What a night costs at 100,000 and at 1,000,000 publications of the demo's world, and what its memory is.

Run with `python -m tests.benchmarks.scale FOLDER [100000 1000000] [--nights]`. Files and homes stay in FOLDER (some 10
GB for a million) and are used again. Each step is a process of its own, so that its peak memory (VmHWM) is its own.
Steps: `duckdb` (DuckDB's own `read_json` and insert of the same file into the same table), `land` (our import), and
with `--nights` the first build, a night without news and a night with 1,000 new publications. Nothing is asserted:
the table is what it is for.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from filingwatch import importing, ledger, night, quality, warehouse
from filingwatch.settings import Settings, read_settings
from filingwatch.written import STRUCTURE
from tests.benchmarks.scaled_world import NEW, Files, make_files

Seconds = dict[str, float]


def insert_with_duckdb(file: str) -> Seconds:
    """Seconds in which DuckDB reads the file and fills raw.publication, keys included, without any check of ours."""
    columns = {"is_synthetic": "boolean"} | {name: _sql_type(name, kind) for name, kind in STRUCTURE.items()}
    wanted = ", ".join(f"{name}: '{kind}'" for name, kind in columns.items())
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), today=read_settings().today)
        started, cpu = time.perf_counter(), time.process_time()
        with warehouse.writer(settings) as con:
            con.execute(
                "insert into raw.publication by name select * exclude (version), version::integer as version, "
                "'duckdb' as source, 'read_json' as feed, 'hash' as content_hash, 'page' as page_id, "
                "0 as record_index, now()::timestamp as first_seen_at from (select *, "
                "row_number() over (partition by publication_id) as version "
                f"from read_json(?, format='newline_delimited', columns={{{wanted}}}))",
                [file],
            )
        return {"all": time.perf_counter() - started, "cpu": time.process_time() - cpu}


def land(file: str) -> Seconds:
    """Seconds of `filingwatch import`, from recognising the file to closing the working file."""
    settings = read_settings()
    started, cpu = time.perf_counter(), time.process_time()
    with night.session(settings, "import") as (run, _), warehouse.writer(settings) as con:
        result = importing.import_file(con, settings, run, Path(file))
    if result.status not in ("ok", "already_landed"):
        raise RuntimeError(result.error)
    return {"all": time.perf_counter() - started, "cpu": time.process_time() - cpu}


def work(file: str) -> Seconds:
    """Seconds of each stage of a night; `file` is landed first unless it is empty."""
    settings, seconds = read_settings(), {}

    def timed(name: str, stage: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        result = stage()
        seconds[name] = time.perf_counter() - started
        return result

    def land_new(run: ledger.Run) -> None:
        with warehouse.writer(settings) as con:
            importing.import_file(con, settings, run, Path(file))

    started = time.perf_counter()
    with night.session(settings, "benchmark") as (run, _):
        timed("take in", lambda: night.take_in(settings, run))
        if file:
            timed("land", lambda: land_new(run))
        timed("core", lambda: night.transform_layer(settings, run, "core"))
        quality.require_open(timed("gate landed", lambda: night.judge(settings, run, "landed")))
        for stage in ("names", "text"):
            try:
                for outcome in timed(stage, lambda stage=stage: night.run_stage(settings, run, stage)):
                    seconds[outcome.job] = outcome.seconds
            except KeyError:
                continue
        timed("series", lambda: night.transform_layer(settings, run, "series"))
        timed("series jobs", lambda: night.run_stage(settings, run, "series"))
        timed("findings", lambda: night.transform_layer(settings, run, "findings"))
        if night.needs_publication(settings):
            quality.require_open(timed("gate to_publish", lambda: night.judge(settings, run, "to_publish")))
        timed("publish", lambda: night.publish_night(settings, run))
        timed("notify", lambda: night.notify(settings, run))
    return {"all": time.perf_counter() - started} | seconds


STEPS: dict[str, Callable[[str], Seconds]] = {"duckdb": insert_with_duckdb, "land": land, "work": work}


def measure(step: str, home: Path, day: Any, file: Path | str = "") -> dict[str, Any]:
    """The seconds of one step in a fresh process, and its peak memory in GB."""
    environment = os.environ | {
        "FILINGWATCH_HOME": str(home), "FILINGWATCH_TODAY": str(day), "FILINGWATCH_DEMO": "off",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.scale", "--step", step, str(file)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{step} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def measure_scale(folder: Path, count: int, *, nights: bool) -> dict[str, dict[str, Any]]:
    """All steps for one number of publications, printed as they come."""
    files = make_files(folder / "files", count)
    steps: dict[str, dict[str, Any]] = {}
    for step in ("duckdb", "land"):
        home = folder / "landing" / str(count)
        shutil.rmtree(home, ignore_errors=True)
        steps[step] = measure(step, home, files.first_day, files.first)
        _show(count, step, steps[step], count)
    ratio = steps["land"]["all"] / steps["duckdb"]["all"]
    print(f"{count:>9,}  landing takes {ratio:.1f} times as long as DuckDB's own read_json and insert", flush=True)
    if nights:
        steps |= measure_nights(folder, count, files)
    return steps


def measure_nights(folder: Path, count: int, files: Files) -> dict[str, dict[str, Any]]:
    """First build, unchanged night and night with new publications on the home that was landed."""
    home = folder / "landing" / str(count)
    steps = {
        "first build": measure("work", home, files.first_day),
        "no news": measure("work", home, files.first_day),
        f"{NEW} new": measure("work", home, files.next_day, files.new),
    }
    for name, step in steps.items():
        _show(count, name, step)
    return steps


def _show(count: int, name: str, step: dict[str, Any], records: int = 0) -> None:
    rate = f"{records / step['all']:,.0f} records/s, {records / step['cpu']:,.0f} a CPU second" if records else ""
    print(f"{count:>9,}  {name:<12} {step['all']:>8.1f} s  {step['peak_gb']:.2f} GB  {rate}", flush=True)
    if not records:
        print(
            "           ", ", ".join(f"{k} {v:.1f}" for k, v in step.items() if k not in ("all", "peak_gb")), flush=True
        )


def _sql_type(name: str, kind: Any) -> str:
    if isinstance(kind, list):
        return "struct(" + ", ".join(f'"{field}" {_sql_type(field, of)}' for field, of in kind[0].items()) + ")[]"
    return "date" if name == "date" or name.endswith("_date") else kind


def _peak_gb() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1e6
    return 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("counts", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--nights", action="store_true")
    parser.add_argument("--step", nargs=2, metavar=("STEP", "FILE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step:
        seconds = STEPS[chosen.step[0]](chosen.step[1])
        print(json.dumps(seconds | {"peak_gb": _peak_gb()}))
        return
    if chosen.folder is None:
        parser.error("name a folder for files and homes")
    measured = {count: measure_scale(chosen.folder, count, nights=chosen.nights) for count in chosen.counts}
    small, large = min(measured), max(measured)
    for step in measured[large] if small != large else ():
        ratio = measured[large][step]["all"] / measured[small][step]["all"]
        print(f"{step}: {large:,} takes {ratio:.1f} times as long as {small:,}")


if __name__ == "__main__":
    main()
