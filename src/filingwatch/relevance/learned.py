"""What was learned for a watch, as it is kept from night to night: numpy arrays and JSON, no pickled classes.

Here belong the form that is kept and the reasons to learn anew. How one learns belongs to `screening`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from filingwatch.kept import pack, pack_vectors, unpack, unpack_vectors
from filingwatch.vectors import Vectors

LONGEST = dt.timedelta(days=31)
MOST_GROWTH = 0.1


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear score and the sigmoid that makes a probability of it."""

    vectors: Vectors
    weights: np.ndarray
    intercept: float
    slope: float
    offset: float


@dataclass(frozen=True, slots=True)
class Learned:
    """`linear` is None where only the rule speaks, and `why_rule` says why. `made_for` stands for watch and settings.

    `label_counts` are the labels learned from: relevant, irrelevant. `document_count` is how many documents there were.
    """

    linear: Linear | None
    threshold: float
    why_rule: str | None
    made_for: str
    human_hash: str
    label_counts: tuple[int, int]
    document_count: int
    trained_on: dt.date

    def to_bytes(self) -> bytes:
        plain = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "linear"}
        arrays: dict[str, Any] = {}
        if self.linear is not None:
            linear = self.linear
            plain |= {"intercept": linear.intercept, "slope": linear.slope, "offset": linear.offset}
            arrays = {"weights": linear.weights} | pack_vectors(linear.vectors)
        return pack(plain, arrays)

    @classmethod
    def from_bytes(cls, state: bytes) -> Learned:
        plain, arrays = unpack(state)
        linear = None
        if "weights" in arrays:
            numbers = [plain.pop(name) for name in ("intercept", "slope", "offset")]
            linear = Linear(unpack_vectors(arrays), arrays["weights"], *numbers)
        plain["trained_on"] = dt.date.fromisoformat(plain["trained_on"])
        plain["label_counts"] = tuple(plain["label_counts"])
        return cls(linear, **plain)


def why_anew(kept: Learned | None, fresh: Learned, *, new_count: int) -> str | None:
    """Why the kept model does not do any more, None where it does; `fresh` says how things are today.

    `new_count` documents are new or changed today. Of `fresh` only what it was made for, its labels, its documents and
    its day are read.
    """
    if kept is None:
        return "nothing was learned before"
    if kept.made_for != fresh.made_for:
        return "the watch or the settings changed"
    if kept.human_hash != fresh.human_hash:
        return "people's labels changed"
    age = fresh.trained_on - kept.trained_on
    if not dt.timedelta(0) <= age < LONGEST:
        return f"the model is from {kept.trained_on}"
    least = kept.document_count
    if max(abs(fresh.document_count - least), new_count) >= MOST_GROWTH * max(least, 1):
        return f"{least} documents were there, {fresh.document_count} are now, {new_count} of them new or changed"
    return None
