"""Other people's changepoint packages, in an environment of their own that is locked, called as a process.

    python -m tests.benchmarks.changepoints.peers setup DIR      # makes DIR from tests/benchmarks/peers

`run_peer` hands a peer the same series that our detector gets, in a file, and reads its answer from another. What a
peer does with them belongs to tests/benchmarks/peers/find_changes.py, which imports nothing of ours.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

HERE = Path(__file__).resolve().parent.parent / "peers"
LOCK = HERE / "requirements.lock"
SCRIPT = HERE / "find_changes.py"
PEERS = ("ruptures jump=1", "ruptures jump=5", "skchange trend", "Rbeast")


class Answer(NamedTuple):
    """What a peer found in each series (first periods of new regimes, 0-based; with lengths a list for each length),
    the CPU seconds of its search alone, without imports and one search beforehand that compiles, and its name with
    version."""

    changes: list
    cpu_seconds: float
    name: str


def set_up(folder: Path) -> None:
    """A virtual environment with the locked peers; an existing one is kept when the lock is the same."""
    mark = folder / "requirements.lock"
    if mark.is_file() and mark.read_bytes() == LOCK.read_bytes():
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(LOCK)], check=True)
    mark.write_bytes(LOCK.read_bytes())


def run_peer(folder: Path, peer: str, series: np.ndarray, lengths: Sequence[int] = ()) -> Answer:
    """What a peer finds in the rows of a matrix of counts; it is given log(1 + count), as it knows no counts.

    With `lengths` it looks at each row anew at each of them.

    Raises:
        SystemExit: the environment is not there, or the peer failed; the message holds the end of its error.
    """
    python = folder / "bin" / "python"
    if not python.exists():
        raise SystemExit(f"no peers in {folder}: python -m tests.benchmarks.changepoints.peers setup {folder}")
    with tempfile.TemporaryDirectory() as place:
        given, answered = Path(place, "series.npy"), Path(place, "answer.json")
        np.save(given, series)
        command = [python, SCRIPT, peer, given, answered, *map(str, lengths)]
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{peer} failed:\n{done.stderr[-3000:]}")
        return Answer(**json.loads(answered.read_text(encoding="utf-8")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["setup"])
    parser.add_argument("folder", type=Path)
    set_up(parser.parse_args().folder)


if __name__ == "__main__":
    main()
