"""Screens played once and kept, so that rules of stopping can be compared on them in seconds.

    python -m tests.benchmarks.screening.traces FOLDER [--part design|judged] [--most N]

A trace holds the labels in reading order, what each document was chosen as, the ends of batches and the scores before
each batch. Sets of three sorts, by turns: collections (two reviews, US grants, Chinese abstracts), patents by classes
and patents by the search that found them (classes are no features). `design` and `judged` share no label: what is
tuned on the first is judged on the second. Samples are drawn anew for each screen, with 1 to 25 % relevant; reviews are
whole.
"""

from __future__ import annotations

import argparse
import os
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from filingwatch.relevance.learner import prepare, rank
from filingwatch.relevance.simulating import PlaySettings, play

DATA = Path(os.environ.get("FILINGWATCH_REAL_DATA", "../shared/data"))
REVIEWS = {
    "kitchenham": ("en_Kitchenham_2010", "design"),
    "nagtegaal": ("en_Nagtegaal_2019", "judged"),
    "us_grants": ("en_uspto_smartcity", "judged"),
    "zh_heat": ("zh_patheat_F02G5-00", "judged"),
}
FLAGS = {
    "g_surveillance_scenes": "judged",
    "g_biometrics_face": "design",
    "g_traffic_control": "judged",
    "g_vehicles": "design",
    "g_gov_public_services": "judged",
    "g_iot_city": "design",
    "g_crowd_gait_reid": "judged",
    "sc_weak": "judged",
}
# further class labels, for the design alone
CLASSES = ("G16H", "G06V", "B60W", "G10L", "A61B", "H04L", "G06Q", "G01R")
SIZES = (2000, 2000, 2500, 3000, 4000)
PREVALENCES = (0.01, 0.02, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25)
SCREENS = {"design": 112, "judged": 200}


@dataclass(frozen=True)
class Case:
    """One screen to play: which set, how many documents of it (0: all), which share relevant (None: as it is)."""

    name: str
    part: str
    size: int
    prevalence: float | None
    seed: int

    @property
    def key(self) -> str:
        return f"{self.part}-{self.seed:03d}-{self.name}"


def plan(part: str) -> list[Case]:
    """All screens of a part, the sets by turns."""
    collections = [name for name, (_, held) in REVIEWS.items() if held == part]
    classes = [name for name, held in FLAGS.items() if held == part]
    searches = [f"search_{number:02d}" for number in range(20)]
    sorts = [collections, classes, searches[1::2]]
    if part == "design":
        sorts = [[*collections, *CLASSES], classes, searches[0::2]]
    cases = []
    for seed in range(SCREENS[part]):
        names, turn = sorts[seed % len(sorts)], seed // len(sorts)
        name, again = names[turn % len(names)], turn // len(names)
        rng = np.random.default_rng([seed, zlib.crc32(part.encode())])
        if name in ("kitchenham", "nagtegaal") or (name in REVIEWS and again % 4 == 0):
            cases.append(Case(name, part, 0, None, seed))
        else:
            cases.append(Case(name, part, int(rng.choice(SIZES)), float(rng.choice(PREVALENCES)), seed))
    return cases


def read_case(case: Case) -> tuple[list[str], list[str], np.ndarray]:
    """Ids, texts and labels of a case, shuffled; fewer documents than asked for where relevant ones are too few."""
    frame = _read_set(case.name)
    rng = np.random.default_rng([case.seed, 17])
    label = frame["label"].to_numpy().astype(bool)
    rows = np.arange(frame.height)
    if case.size:
        relevant, others = rng.permutation(rows[label]), rng.permutation(rows[~label])
        want = min(round(case.size * (case.prevalence or label.mean())), len(relevant))
        rows = np.concatenate([relevant[:want], others[: case.size - want]])
    rows = rng.permutation(rows)
    held = frame[rows.tolist()]
    return held["id"].to_list(), held["text"].to_list(), label[rows]


def play_case(case: Case, folder: Path) -> None:
    """Play a screen and keep its trace, unless it is there."""
    target = folder / f"{case.key}.npz"
    if target.exists():
        return
    started = time.process_time()
    ids, texts, labels = read_case(case)
    prepared = prepare(texts)
    scores: list[np.ndarray] = []
    screen = play(
        labels, ids, lambda rows, known: rank(prepared, rows, known), settings=PlaySettings(seed=case.seed),
        on_batch=lambda _, found: scores.append(found.astype(np.float32)),
    )  # fmt: skip
    part = target.with_suffix(".part.npz")
    np.savez_compressed(
        part, order=screen.order, kinds=np.array(screen.kinds), ends=np.array(screen.ends), labels=labels,
        scores=np.array(scores),
    )  # fmt: skip
    part.replace(target)
    print(f"{case.key} {len(labels)} {labels.mean():.3f} {time.process_time() - started:.1f} s", flush=True)


_SETS: dict[str, pl.DataFrame] = {}


def _read_set(name: str) -> pl.DataFrame:
    if name in REVIEWS:
        if name not in _SETS:
            frame = pl.read_parquet(DATA / "screening" / f"{REVIEWS[name][0]}.parquet")
            _SETS[name] = frame.select(
                "id",
                pl.concat_str(pl.col("title", "abstract").fill_null(""), separator=". ").alias("text"),
                pl.col("label").cast(pl.Boolean),
            )
        return _SETS[name]
    if "patents" not in _SETS:
        folder = DATA / "google-patents-ai"
        texts = pl.read_parquet(folder / "records_text.parquet").select(
            pl.col("publication_number").alias("id"),
            pl.concat_str(pl.col("title", "abstract").fill_null(""), separator=". ").alias("text"),
            "searches",
            "cpc_codes",
        )
        flags = pl.read_parquet(folder / "cpc_weak_labels.parquet").rename({"publication_number": "id"})
        _SETS["patents"] = texts.join(flags, on="id", how="inner").sort("id")
    frame = _SETS["patents"]
    if name in CLASSES:
        holds = pl.col("cpc_codes").list.eval(pl.element().str.starts_with(name)).list.any()
        return frame.select("id", "text", holds.fill_null(False).alias("label"))
    if name in FLAGS:
        return frame.select("id", "text", pl.col(name).alias("label"))
    searches = sorted(frame["searches"].explode().drop_nulls().unique().to_list())
    wanted = searches[int(name.removeprefix("search_"))]
    return frame.select("id", "text", pl.col("searches").list.contains(wanted).alias("label"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", choices=["design", "judged"], default=None)
    parser.add_argument("--most", type=int, default=10_000, help="at most so many screens of a part")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for part in [given.part] if given.part else ["design", "judged"]:
        for case in plan(part)[: given.most]:
            play_case(case, given.folder)


if __name__ == "__main__":
    main()
