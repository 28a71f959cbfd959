"""WSS@95 of our simulated screen and of ASReview's, on the same labelled sets, shuffles and seeds in one run.

    python -m tests.benchmarks.screening.asreview_beside setup DIR      # makes DIR from peers/requirements.txt
    python -m tests.benchmarks.screening.asreview_beside run DIR [--sets NAME ...] [--seeds 0 1] [--most 2000]

Real labelled sets (FILINGWATCH_REAL_DATA, else ../shared/data): the review sets, grants and Chinese abstracts of
`screening`, flags and searches of `google-patents-ai`. Of a larger set `--most` documents are drawn with the seed; each
set is then shuffled with the seed, since a set that lies sorted by label gives a false perfect figure. Patent labels
are class membership or a search's result, so no classes are features. Ours is what `filingwatch relevance simulate`
prints: a random start, batches and audits count as work. ASReview begins at the top until both classes are known and
then asks one by one. DIR may be `-`: ours alone.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from filingwatch.relevance.learner import prepare, rank
from filingwatch.relevance.simulating import PlaySettings, play

DATA = Path(os.environ.get("FILINGWATCH_REAL_DATA", "../shared/data"))
PEERS = Path(__file__).resolve().parent / "peers"
SETS = (
    "en_Kitchenham_2010",
    "en_Nagtegaal_2019",
    "en_uspto_smartcity",
    "flag:g_biometrics_face",
    "flag:g_vehicles",
    "search:20251001-102549",
    "zh_patheat_F02G5-00",
)


def read_set(name: str, most: int, seed: int) -> tuple[list[str], np.ndarray]:
    """Texts and labels of a set, at most so many, shuffled."""
    kind, _, key = name.partition(":")
    if key:
        folder = DATA / "google-patents-ai"
        found = pl.read_parquet(folder / "records_text.parquet")
        if kind == "flag":
            flags = pl.read_parquet(folder / "cpc_weak_labels.parquet", columns=["publication_number", key])
            found = found.join(flags, on="publication_number").with_columns(label=pl.col(key))
        else:
            found = found.with_columns(label=pl.col("searches").list.contains(key))
        found = found.sort("publication_number")
    else:
        found = pl.read_parquet(DATA / "screening" / f"{name}.parquet").sort("id")
    drawn = found[np.random.default_rng(seed).permutation(found.height)[:most]]
    texts = [f"{title or ''} {abstract or ''}".strip() for title, abstract in drawn.select("title", "abstract").rows()]
    return texts, drawn["label"].cast(pl.Int64).to_numpy()


def screen_ours(texts: Sequence[str], labels: np.ndarray, seed: int) -> tuple[list[int], float]:
    """The order of reading of `filingwatch relevance simulate`, and CPU seconds of features and reading all of it."""
    began = time.process_time()
    prepared = prepare(texts)
    ids = [f"d{row:05d}" for row in range(len(texts))]
    screen = play(
        labels.astype(bool), ids, lambda rows, known: rank(prepared, rows, known), settings=PlaySettings(seed=seed)
    )
    return screen.order.tolist(), time.process_time() - began


def screen_asreview(folder: Path, texts: Sequence[str], labels: np.ndarray, seed: int) -> tuple[list[int], float, str]:
    """The same of ASReview in its own environment, and its name with version."""
    with tempfile.TemporaryDirectory() as place:
        given, answer = Path(place, "given.json"), Path(place, "answer.json")
        given.write_text(json.dumps({"texts": list(texts), "labels": labels.tolist(), "seed": seed}), encoding="utf-8")
        command = [folder.resolve() / "bin" / "python", PEERS / "screen_asreview.py", given, answer]
        # it leaves a cache where it runs
        subprocess.run([str(part) for part in command], check=True, cwd=place)
        said = json.loads(answer.read_text(encoding="utf-8"))
    return said["order"], said["cpu_seconds"], said["name"]


def work_saved(labels: np.ndarray, order: Sequence[int], recall: float = 0.95) -> float:
    """Work saved over reading at random at this recall (Cohen et al. 2006)."""
    needed = int(np.ceil(recall * labels.sum() - 1e-9))
    read = int(np.searchsorted(np.cumsum(labels[list(order)]), needed)) + 1
    return (len(labels) - read) / len(labels) - (1 - recall)


def set_up(folder: Path) -> None:
    lock = PEERS / "requirements.txt"
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(lock)], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["setup", "run"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    parser.add_argument("--most", type=int, default=2000)
    asked = parser.parse_args()
    if asked.command == "setup":
        set_up(asked.folder)
        return
    for name in asked.sets:
        for seed in asked.seeds:
            texts, labels = read_set(name, asked.most, seed)
            order, seconds = screen_ours(texts, labels, seed)
            line = f"{name} seed {seed} n {len(labels)} relevant {labels.sum()}: ours {work_saved(labels, order):.3f}"
            line += f" ({seconds:.0f} CPU s)"
            if str(asked.folder) != "-":
                order, seconds, peer = screen_asreview(asked.folder, texts, labels, seed)
                line += f", {peer} {work_saved(labels, order):.3f} ({seconds:.0f} CPU s)"
            print(line, flush=True)


if __name__ == "__main__":
    main()
