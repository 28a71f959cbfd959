"""What a refit would do to the topics there are, whether that is too much, and the refit as it is kept meanwhile.

A refit that loses more than a stated share of the names is held back: the topics there are go on placing filings until
a person has looked. How a refit finds topics belongs to `model`, which topic is which to `identity`, who is asked to
the job.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from filingwatch.kept import pack, unpack
from filingwatch.topics.modelling import FILING_SCHEMA, LINEAGE_SCHEMA, TOPIC_SCHEMA, Topics
from filingwatch.topics.placing import Fitted

LEAST_STAYING = 0.5
"""A topic whose filings mostly leave has lost its name, even where its id lives on."""
MOST_DESTINATIONS = 3

Fate = Literal["kept", "split", "merged", "new", "gone"]


@dataclass(frozen=True, slots=True)
class TopicFate:
    """What a refit would do to one topic. Counts are of filings that are relevant today.

    `goes_to` are the topics that take most of what leaves it (id, filings), `comes_from` the topic that a split one
    came from or a merged one takes over.
    """

    topic_id: str
    name: str
    named_by: str
    fate: Fate
    is_name_lost: bool
    before_count: int
    after_count: int
    stayed_count: int
    goes_to: tuple[tuple[str, int], ...]
    comes_from: str | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a refit would do to all topics.

    `lost_name_share` is the larger of two shares: of the names that people gave, and of the filings under topics, that
    lose their name. `moved_filing_share` is that of filings with a topic before and after which it gives another.
    """

    fates: tuple[TopicFate, ...]
    lost_name_share: float
    moved_filing_share: float
    before_count: int
    after_count: int
    people_lost: tuple[str, ...]
    people_names: int
    lost_filing_share: float

    def to_plain(self) -> dict[str, Any]:
        """As plain data, as it is kept beside the model."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A refit that waits: its fit, and what it says of topics and filings, as in Topics."""

    fitted: Fitted
    topics: pl.DataFrame
    filings: pl.DataFrame
    lineage: pl.DataFrame

    def to_bytes(self) -> bytes:
        frames = {"topics": self.topics, "filings": self.filings, "lineage": self.lineage}
        arrays = {name: np.frombuffer(_write(frame), dtype=np.uint8) for name, frame in frames.items()}
        return pack({}, arrays | {"fitted": np.frombuffer(self.fitted.to_bytes(), dtype=np.uint8)})

    @classmethod
    def from_bytes(cls, state: bytes) -> Proposal:
        _, arrays = unpack(state)
        schemas = {"topics": TOPIC_SCHEMA, "filings": FILING_SCHEMA, "lineage": LINEAGE_SCHEMA}
        frames = {name: _read(arrays[name].tobytes(), schema) for name, schema in schemas.items()}
        return cls(Fitted.from_bytes(arrays["fitted"].tobytes()), **frames)


def compare_refit(topics: pl.DataFrame, filings: pl.DataFrame, after: Topics, ids: Sequence[str]) -> Effect:
    """What the refit `after` does to these topics (TOPIC_SCHEMA) and filings (FILING_SCHEMA).

    Only filings among `ids`, those relevant today, count: what left the question is no loss of the refit.
    """
    today = pl.DataFrame({"invention_id": list(ids)}, {"invention_id": pl.String})
    before = filings.join(today, on="invention_id", how="semi").select("invention_id", was="topic_id")
    both = before.join(after.filings.select("invention_id", now="topic_id"), on="invention_id", how="left")
    flows = {
        was: dict(part.group_by("now").len().sort("len", "now", descending=[True, False]).iter_rows())
        for (was,), part in both.group_by("was")
    }
    said = {row["topic_id"]: row for row in after.topics.iter_rows(named=True)}
    living = {topic for topic, row in said.items() if row["state"] != "gone"}
    origins = dict(
        after.lineage.filter(pl.col("state").is_in(["split", "merged"]))
        .select("topic_id", "previous_topic_id")
        .iter_rows()
    )
    earlier = [row for row in topics.sort("topic_id").iter_rows(named=True) if row["topic_id"] in flows]
    fates = [_old_fate(row, flows[row["topic_id"]], said, living, origins) for row in earlier]
    known = {row["topic_id"] for row in earlier}
    fates += [_new_fate(said[topic], origins) for topic in sorted(living - known)]
    return _sum_up(fates, both, len(earlier), len(living))


def _old_fate(
    row: dict[str, Any], flow: dict[str | None, int], said: dict[str, Any], living: set[str], origins: dict[str, str]
) -> TopicFate:
    topic, total, stayed = row["topic_id"], sum(flow.values()), flow.get(row["topic_id"], 0)
    lives = topic in living
    leaves = [(to, count) for to, count in flow.items() if to is not None and to != topic]
    return TopicFate(
        topic_id=topic,
        name=row["name"],
        named_by=row["named_by"],
        fate="gone" if not lives else "merged" if said[topic]["state"] == "merged" else "kept",
        is_name_lost=not lives or stayed < LEAST_STAYING * total,
        before_count=total,
        after_count=said[topic]["filing_count"] if lives else 0,
        stayed_count=stayed if lives else 0,
        goes_to=tuple(leaves[:MOST_DESTINATIONS]),
        comes_from=origins.get(topic) if lives else None,
    )


def _new_fate(row: dict[str, Any], origins: dict[str, str]) -> TopicFate:
    topic = row["topic_id"]
    fate: Fate = "kept" if row["state"] == "kept" else "split" if row["state"] == "split" else "new"
    return TopicFate(
        topic, row["name"], row["named_by"], fate, False, 0, row["filing_count"], 0, (), origins.get(topic)
    )


def _sum_up(fates: Sequence[TopicFate], both: pl.DataFrame, before: int, after: int) -> Effect:
    of_people = [fate for fate in fates if fate.before_count and fate.named_by == "person"]
    people_lost = tuple(fate.name for fate in of_people if fate.is_name_lost)
    lost_filings = sum(fate.before_count for fate in fates if fate.is_name_lost) / max(both.height, 1)
    lost_names = len(people_lost) / max(len(of_people), 1)
    placed = both.drop_nulls("now")
    moved = placed.select((pl.col("was") != pl.col("now")).mean()).item() if placed.height else 0.0
    return Effect(
        fates=tuple(fates),
        lost_name_share=max(lost_names, lost_filings),
        moved_filing_share=float(moved),
        before_count=before,
        after_count=after,
        people_lost=people_lost,
        people_names=len(of_people),
        lost_filing_share=lost_filings,
    )


def is_too_much(effect: Effect, most_lost: float) -> bool:
    """Whether a refit with this effect loses more than the share `most_lost` of the names."""
    return effect.lost_name_share > most_lost


def explain(effect: Effect, most_lost: float) -> str:
    """The loss of names in words, with what it is measured by."""
    parts = []
    if effect.people_lost:
        names = ", ".join(f"“{name}”" for name in effect.people_lost)
        parts.append(f"{len(effect.people_lost)} of {effect.people_names} names that people gave ({names})")
    if effect.lost_filing_share > 0:
        parts.append(f"the topics of {100 * effect.lost_filing_share:.0f} % of the filings")
    lost = " and ".join(parts) or "no name"
    verdict = "more than" if is_too_much(effect, most_lost) else "not more than"
    return f"it would lose {lost}, {verdict} the {100 * most_lost:.0f} % that the watch allows"


def _write(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_ipc(buffer)
    return buffer.getvalue()


def _read(plain: bytes, schema: dict[str, Any]) -> pl.DataFrame:
    """A frame as written; columns that came since are null."""
    return pl.concat([pl.DataFrame(schema=schema), pl.read_ipc(io.BytesIO(plain))], how="diagonal").select(list(schema))
