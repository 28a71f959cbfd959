"""5 % new documents arrive, two thirds of them on a subject never seen: do old documents keep their topic, and is the
new subject found?

    python -m tests.benchmarks.topics.injection --part judged [--languages en zh] [--ways ours ...] [--seeds 0 1]

Passed is a trial in which at least 95 % of the old documents keep their topic id and a topic with a new id has an F1 of
at least 0.8. Settings are chosen on `--part design`, whose subjects are not those of `judged` (see `trials`). Texts
alone unless `--with-symbols`. `--rows FILE.jsonl` keeps every trial.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from tests.benchmarks.topics.trials import Score, draw_trials, score
from tests.benchmarks.topics.ways import WAYS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=["design", "judged"], default="design")
    parser.add_argument("--languages", nargs="+", choices=["en", "zh"], default=["en", "zh"])
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--old", type=int, default=1500, help="old documents in a trial")
    parser.add_argument("--count", type=int, default=20, help="topics before the arrival")
    parser.add_argument("--with-symbols", action="store_true")
    parser.add_argument("--rows", type=Path)
    asked = parser.parse_args()
    with threadpool_limits(1):
        for language in asked.languages:
            _judge(language, asked)


def _judge(language: str, asked: argparse.Namespace) -> None:
    scores: dict[str, list[Score]] = {way: [] for way in asked.ways}
    drawn = draw_trials(language, asked.part, old=asked.old, seeds=asked.seeds, with_symbols=asked.with_symbols)
    for trial in drawn:
        for way in asked.ways:
            began = time.process_time()
            found = score(trial, *WAYS[way](trial, asked.count))
            seconds = time.process_time() - began
            scores[way].append(found)
            print(
                f"{trial.name:34} {way:24} same {found.same:.3f} new F1 {found.f1:.2f} (any {found.f1_any:.2f}) "
                f"topics {found.topics} {seconds:.0f} CPU s{' passed' if found.is_passed else ''}",
                flush=True,
            )
            if asked.rows:
                row = {"trial": trial.name, "part": asked.part, "language": language, "way": way}
                row |= {"same": found.same, "f1": found.f1, "f1_any": found.f1_any, "topics": found.topics}
                with asked.rows.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(f"\n{language}, {asked.part}, {asked.old} old documents, {asked.count} topics")
    for way, held in scores.items():
        print(
            f"{way:24} passed {sum(one.is_passed for one in held)} of {len(held)}; "
            f"same: mean {np.mean([one.same for one in held]):.3f}, least {min(one.same for one in held):.3f}, "
            f">= .95 in {sum(one.same >= 0.95 for one in held)}; "
            f"new F1: mean {np.mean([one.f1 for one in held]):.2f}, >= .8 in {sum(one.f1 >= 0.8 for one in held)}; "
            f"any F1 {np.mean([one.f1_any for one in held]):.2f}; topics {np.mean([one.topics for one in held]):.1f}",
            flush=True,
        )
    print()


if __name__ == "__main__":
    main()
