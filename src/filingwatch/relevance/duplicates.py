"""Documents that say nearly the same in nearly the same words: they share one decision, and one of them is read.

Here belongs finding them by text alone: a utility model beside the invention of the same day, a divisional, the same
abstract with another title. Members of one family are one invention already and do not meet here; a translation shares
no words and is not found.

Texts are compared as sets of shingles (pairs of words, triples of Chinese characters) without stop words and the set
phrases of patents, so that boilerplate alone makes no likeness. Two are near-duplicates when the Jaccard likeness of
their sets is at least LEAST_LIKENESS; pairs are found exactly by prefix filtering (Chaudhuri, Ganti and Kaushik 2006),
not by chance as with MinHash, and whether two texts are near-duplicates hangs on these two alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from filingwatch.words import CJK, STOP_WORDS

LEAST_LIKENESS = 0.8
"""On two review sets, US grants and Chinese abstracts with labels, 97 % of the pairs found carry one label."""
LEAST_SHINGLES = 16
"""A text of fewer shingles has no near-duplicate, only equal ones: a changed word would be a large part of it."""

_TOKEN = f"[{CJK}]|[^\\W_]+"
_IS_CJK = f"^[{CJK}]"
_SET_PHRASES = (
    "本发明|本实用新型|实用新型|发明|本申请|本公开|公开了|公开|提供了|涉及|所述|上述|一种|包括|包含|其中|其特征在于|"
    "以及|技术领域|的|了"
)
_TEXTS = 5_000
_PAIRS = 20_000
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents whose texts are nearly equal; `likeness` is 1 when they are equal but for case and boilerplate."""

    document: str
    other: str
    likeness: float


def group(ids: Sequence[str], texts: Sequence[str], *, least: float = LEAST_LIKENESS) -> dict[str, str]:
    """The group of each document: the smallest id of those that hang together as near-duplicates, itself when alone.

    The same groups for any order of the documents. Made for some thousands of them.
    """
    first = {document: document for document in ids}

    def root(document: str) -> str:
        while first[document] != document:
            first[document] = first[first[document]]
            document = first[document]
        return document

    for pair in find_pairs(dict(zip(ids, texts, strict=True)), least=least):
        low, high = sorted((root(pair.document), root(pair.other)))
        first[high] = low
    return {document: root(document) for document in ids}


def inherit(
    labels: Mapping[str, bool],
    labelled: Mapping[str, str],
    others: Mapping[str, str],
    *,
    least: float = LEAST_LIKENESS,
) -> dict[str, str]:
    """From which labelled document each other one takes its label: the likest, among equals the one of smallest id.

    `labelled` and `others` are texts by id. A document whose near-duplicates carry different labels inherits none.
    """
    found: dict[str, list[Pair]] = {}
    for pair in find_pairs(labelled, others, least=least):
        found.setdefault(pair.other, []).append(pair)
    return {
        other: min(pairs, key=lambda pair: (-pair.likeness, pair.document)).document
        for other, pairs in sorted(found.items())
        if len({labels[pair.document] for pair in pairs}) == 1
    }


def find_pairs(
    texts: Mapping[str, str], others: Mapping[str, str] | None = None, *, least: float = LEAST_LIKENESS
) -> list[Pair]:
    """All near-duplicate pairs within `texts`, or between `texts` and `others`; sorted by ids.

    Within, `document` is the smaller id; between, `document` is of `texts`. An id of both is compared as the first.
    """
    others = {} if others is None else {name: text for name, text in others.items() if name not in texts}
    is_within = not others
    ids = [*sorted(texts), *sorted(others)]
    if len(ids) < 2:
        return []
    wanted = _shingles([texts[name] for name in ids[: len(texts)]])
    sizes = np.bincount(wanted["document"], minlength=len(ids))
    if not is_within:
        # of the others only what the texts hold as well can be shared; the rest is counted and let go, batch by batch
        vocabulary = wanted.select("shingle").unique()
        for start in range(len(texts), len(ids), _TEXTS):
            held = _shingles_of([others[name] for name in ids[start : start + _TEXTS]], start)
            sizes += np.bincount(held["document"], minlength=len(ids))
            wanted = wanted.vstack(held.join(vocabulary, on="shingle", how="semi"))
    sets = _Sets(wanted, sizes)
    pairs = sets.find(None if is_within else len(texts), least)
    return [Pair(ids[a], ids[b], likeness) for a, b, likeness in sorted(pairs)]


class _Sets:
    """Shingles of documents, by document and then by how rare they are.

    `sizes` counts all shingles of each document; those that are not among `shingles` are shared with nobody and come
    first in the order.
    """

    def __init__(self, shingles: pl.DataFrame, sizes: np.ndarray) -> None:
        often = shingles.group_by("shingle").len("held_by")
        ordered = shingles.join(often, on="shingle").sort("document", "held_by", "shingle")
        self.document = ordered["document"].to_numpy()
        self.shingle = ordered["shingle"].to_numpy()
        self.held_by = ordered["held_by"].to_numpy()
        self.sizes = sizes
        held = np.bincount(self.document, minlength=len(sizes))
        self.unshared = sizes - held
        self.starts = np.concatenate([[0], np.cumsum(held)])

    def find(self, split: int | None, least: float) -> list[tuple[int, int, float]]:
        """Pairs by number with their likeness; with `split`, only between those before it and those from it on."""
        equal = self._equal()
        first_of = np.arange(len(self.sizes))
        for same in equal:
            first_of[same] = same[0]
        alike = self._near(first_of, least)
        by_first: dict[int, list[int]] = {same[0]: same for same in equal}
        found: list[tuple[int, int, float]] = []
        for same in equal:
            found += [(a, b, 1.0) for place, a in enumerate(same) for b in same[place + 1 :]]
        for one, two, likeness in alike:
            found += [
                (min(a, b), max(a, b), likeness) for a in by_first.get(one, [one]) for b in by_first.get(two, [two])
            ]
        if split is not None:
            found = [(a, b, likeness) for a, b, likeness in found if a < split <= b]
        return found

    def _equal(self) -> list[list[int]]:
        """Documents of one and the same set of shingles, two or more, each in order; empty texts equal nothing."""
        same: dict[bytes, list[int]] = {}
        for row, size in enumerate(self.sizes):
            if size and not self.unshared[row]:
                key = np.sort(self.shingle[self.starts[row] : self.starts[row + 1]]).tobytes()
                same.setdefault(key, []).append(row)
        return [rows for rows in same.values() if len(rows) > 1]

    def _near(self, first_of: np.ndarray, least: float) -> list[tuple[int, int, float]]:
        sizes = self.sizes[self.document]
        place = np.arange(len(self.document)) - self.starts[self.document] + self.unshared[self.document]
        # two sets of likeness `least` share at least one of the rarest shingles of either
        in_prefix = place < sizes - np.ceil(least * sizes).astype(int) + 1
        is_first = first_of[self.document] == self.document
        keep = in_prefix & is_first & (sizes >= LEAST_SHINGLES) & (self.held_by > 1)
        rows = pl.DataFrame({"document": self.document[keep], "shingle": self.shingle[keep], "size": sizes[keep]})
        met = (
            rows.join(rows, on="shingle", suffix="_b")
            .filter(
                (pl.col("document") < pl.col("document_b"))
                & (pl.min_horizontal("size", "size_b") >= least * pl.max_horizontal("size", "size_b"))
            )
            .select("document", "document_b")
            .unique()
            .sort("document", "document_b")
        )
        one, two = met["document"].to_numpy(), met["document_b"].to_numpy()
        likeness = self._likeness(one, two)
        near = likeness >= least
        return list(zip(one[near].tolist(), two[near].tolist(), likeness[near].tolist(), strict=True))

    def _likeness(self, one: np.ndarray, two: np.ndarray) -> np.ndarray:
        number = np.unique(self.shingle, return_inverse=True)[1]
        held = sparse.csr_matrix((np.ones(len(number), dtype=np.int32), number, self.starts))
        shared = np.zeros(len(one), dtype=np.int64)
        for start in range(0, len(one), _PAIRS):
            rows = slice(start, start + _PAIRS)
            shared[rows] = np.asarray(held[one[rows]].multiply(held[two[rows]]).sum(axis=1)).ravel()
        return shared / (self.sizes[one] + self.sizes[two] - shared)


def _shingles(texts: Sequence[str]) -> pl.DataFrame:
    """Distinct shingles of each text as columns document (place in `texts`) and shingle (a hash)."""
    parts = [_shingles_of(texts[start : start + _TEXTS], start) for start in range(0, len(texts), _TEXTS)]
    empty = pl.DataFrame(schema={"document": pl.Int64, "shingle": pl.UInt64})
    return pl.concat([empty, *parts])


def _shingles_of(texts: Sequence[str], start: int) -> pl.DataFrame:
    words = (
        pl.DataFrame({"document": np.arange(start, start + len(texts)), "text": list(texts)})
        .with_columns(
            pl.col("text")
            .str.normalize("NFKC")
            .str.to_lowercase()
            .str.replace_all(_SET_PHRASES, "")
            .str.extract_all(_TOKEN)
            .alias("token")
        )
        .select("document", "token")
        .explode("token")
        .drop_nulls()
        .filter(~pl.col("token").is_in(list(STOP_WORDS)) & ~pl.col("token").str.contains(r"^\d+$"))
        .with_columns(is_cjk=pl.col("token").str.contains(_IS_CJK), code=pl.col("token").hash(20))
    )
    document, code, is_cjk = (words[name].to_numpy() for name in ("document", "code", "is_cjk"))
    return pl.DataFrame({"document": document, "shingle": _join(document, code, is_cjk)}).unique()


def _join(document: np.ndarray, code: np.ndarray, is_cjk: np.ndarray) -> np.ndarray:
    """The code of each token joined with the next of the same text, of a Chinese one with the next two."""
    joined = code.copy()
    for ahead, wanted in ((1, np.ones(len(code), dtype=bool)), (2, is_cjk)):
        follows = np.zeros(len(code), dtype=bool)
        follows[:-ahead] = document[:-ahead] == document[ahead:]
        follows &= wanted
        rows = np.flatnonzero(follows)
        joined[rows] = joined[rows] * _MULTIPLIER + code[rows + ahead]
    return joined
