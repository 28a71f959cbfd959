"""What was learned for a watch, as it is kept from night to night: numpy arrays and JSON, no pickled classes.

Here belong the form that is kept and the reasons to learn anew. How one learns belongs to `screening`.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from filingwatch.kept import pack, pack_vectors, unpack, unpack_vectors
from filingwatch.relevance.tokens import ScreeningTokens
from filingwatch.texts import Tokenise
from filingwatch.vectors import Vectors
from filingwatch.words import text_tokens

LONGEST = dt.timedelta(days=31)
MOST_GROWTH = 0.1


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear score and the sigmoid that makes a probability of it.

    `terms` are those that its tokens never split; None in a model made before screening had tokens of its own, which
    goes on reading as it learned.
    """

    vectors: Vectors
    weights: np.ndarray
    intercept: float
    slope: float
    offset: float
    terms: tuple[str, ...] | None = None

    @property
    def tokenise(self) -> Tokenise:
        return text_tokens if self.terms is None else ScreeningTokens(self.terms)


@dataclass(frozen=True, slots=True)
class Learned:
    """`linear` is None where only the rule speaks, and `why_rule` says why. `made_for` stands for watch and settings.

    `label_counts` are the labels learned from: relevant, irrelevant. `document_count` is how many documents there were.
    `leans_on_rule`: too few labels are human for a threshold of their own.
    """

    linear: Linear | None
    threshold: float
    why_rule: str | None
    made_for: str
    human_hash: str
    label_counts: tuple[int, int]
    document_count: int
    trained_on: dt.date
    leans_on_rule: bool = False

    def to_bytes(self) -> bytes:
        plain = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "linear"}
        arrays: dict[str, Any] = {}
        if self.linear is not None:
            linear = self.linear
            plain |= {"intercept": linear.intercept, "slope": linear.slope, "offset": linear.offset}
            plain["terms"] = linear.terms
            arrays = {"weights": linear.weights} | pack_vectors(linear.vectors)
        return pack(plain, arrays)

    @classmethod
    def read(cls, state: bytes | None) -> Learned | None:
        """What was learned before, or None where nothing was, or nothing in a form that this version reads."""
        try:
            return None if state is None else cls.from_bytes(state)
        except (KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile):
            return None

    @classmethod
    def from_bytes(cls, state: bytes) -> Learned:
        plain, arrays = unpack(state)
        linear = None
        if "weights" in arrays:
            numbers = [plain.pop(name) for name in ("intercept", "slope", "offset")]
            terms = plain.pop("terms", None)
            terms = None if terms is None else tuple(terms)
            linear = Linear(unpack_vectors(arrays), arrays["weights"], *numbers, terms)
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
