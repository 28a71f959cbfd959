"""Trials in which a subject never seen before arrives: how they are drawn and how an answer is scored.

A subject is a term. Documents that say it at least twice are of the subject; those that say it once are left out of the
trial, those that never do are the others. So the truth is in the text, and the same in every language. Subjects of
`design` are for choosing settings, those of `judged` for judging them; no term stands in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from tests.benchmarks.topics.corpora import draw, read_corpus

LEAST_NEW = 50
# by language, part and corpus. Fixed by how often a term stands in its corpus, before any system had been run on them
SUBJECTS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "en": {
        "design": {
            "searches": "robot, protein, game, radar, lesion, power grid, fraud",
            "grants": "battery, lens, engine, laser, polymer",
        },
        "judged": {
            "searches": "blockchain, speech, satellite, quantum, chatbot, face, unmanned aerial vehicle, crop",
            "grants": "antenna, valve, transistor, nozzle, light source, catalyst",
        },
    },
    "zh": {
        "design": {"chinese": "热泵, 高炉, 太阳能, 脱硫, 干燥, 电池, 陶瓷, 生物质, 制冷, 烧结, 压缩机, 球团"},
        "judged": {
            "chinese": "焦炉, 水泥, 汽车, 朗肯循环, 热管, 二氧化碳, 转炉, 吸收式, 除氧器, 发动机, 燃气轮机, 氢气, 玻璃"
        },
    },
}


@dataclass(frozen=True, slots=True)
class Trial:
    """`old` documents without the subject, and `new` ones of which those in `subject` (ids) are of it.

    Frames have invention_id, text and symbols, as `model_topics` takes them.
    """

    name: str
    old: pl.DataFrame
    new: pl.DataFrame
    subject: frozenset[str]


@dataclass(frozen=True, slots=True)
class Score:
    """What a refit did. `same` is the share of old documents with a topic whose topic id stayed.

    `f1` is the best F1 of a topic with an id that was not there before, against all documents of the subject; `f1_any`
    that of any topic. `topics` counts those that hold documents.
    """

    same: float
    f1: float
    f1_any: float
    topics: int

    @property
    def is_passed(self) -> bool:
        return self.same >= 0.95 and self.f1 >= 0.8


def draw_trials(
    language: str, part: str, *, old: int, seeds: Sequence[int], with_symbols: bool = False
) -> Iterator[Trial]:
    """The trials of a language: each subject with each seed.

    5 % of `old` are new, two thirds of them of the subject.
    """
    for corpus, terms in SUBJECTS[language][part].items():
        frame = read_corpus(corpus)
        if not with_symbols:
            frame = frame.with_columns(symbols=pl.lit([], dtype=pl.List(pl.String)))
        for term in terms.split(", "):
            for seed in seeds:
                yield _draw_trial(frame, corpus, term, old, seed)


def score(trial: Trial, before: Mapping[str, str], after: Mapping[str, str]) -> Score:
    """The score of topic ids by document, before and after (documents without a topic are absent)."""
    placed = [document for document in trial.old["invention_id"] if document in before]
    same = sum(after.get(document) == before[document] for document in placed) / len(placed)
    members: dict[str, set[str]] = {}
    for document, topic in after.items():
        members.setdefault(topic, set()).add(document)
    known = set(before.values())
    values = {
        topic: 2 * len(held & trial.subject) / (len(held) + len(trial.subject)) for topic, held in members.items()
    }
    fresh = [value for topic, value in values.items() if topic not in known]
    return Score(same, max(fresh, default=0.0), max(values.values()), len(members))


def _draw_trial(frame: pl.DataFrame, corpus: str, term: str, old: int, seed: int) -> Trial:
    pattern = term if corpus == "chinese" else rf"(?i)\b{term}s?\b"
    said = frame["text"].str.count_matches(pattern)
    of_subject, others = frame.filter(said >= 2), frame.filter(said == 0)
    if of_subject.height < LEAST_NEW:
        raise ValueError(f"{corpus} has {of_subject.height} documents on {term}, less than {LEAST_NEW}")
    arriving = round(0.05 * old)
    subject = draw(of_subject, max(round(arriving * 2 / 3), 1), seed)
    drawn = others.sample(old + arriving - subject.height, seed=seed, shuffle=True)
    frames = [
        held.select("text", "symbols", invention_id="id") for held in (drawn[:old], pl.concat([drawn[old:], subject]))
    ]
    return Trial(f"{corpus} {term} {seed}", *frames, frozenset(subject["id"]))
