"""The documents that relevance and topics read: in batches of bounded size, and tokenised once for all who ask.

Here belongs reading by id and the memory of counts. Where documents come from is the `fetch` of the caller. An object
lives as long as one run of the jobs: nothing of one home is left for another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from filingwatch.vectors import Counted, Counts, Lexicon, Row
from filingwatch.words import class_tokens, text_tokens

BATCH = 5_000
# documents whose counts are kept for the next who asks: a demo office as a whole, half a gigabyte of a large one
MOST_KEPT = 60_000
_Rows = tuple[Row, Row]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some documents, sorted by id; a missing text is empty, symbols are sorted and distinct."""

    ids: list[str]
    texts: list[str]
    symbols: list[list[str]]


class Texts:
    """Documents by id. `fetch` gives invention_id, text and symbols (list) of the ids asked for, in any order."""

    def __init__(self, fetch: Callable[[Sequence[str]], pl.DataFrame], *, most_kept: int = MOST_KEPT) -> None:
        self._fetch, self._most_kept = fetch, most_kept
        self._words, self._classes = Lexicon(), Lexicon()
        self._kept: dict[str, _Rows] = {}

    @classmethod
    def of_frame(cls, documents: pl.DataFrame) -> Texts:
        """Documents that are in memory."""
        return cls(lambda ids: documents.filter(pl.col("invention_id").is_in(list(ids))))

    def read(self, ids: Sequence[str]) -> Batch:
        """These documents, all at once."""
        found = self._fetch(ids).sort("invention_id")
        return Batch(
            found["invention_id"].to_list(),
            [text or "" for text in found["text"]],
            [sorted(set(held if held is not None else ())) for held in found["symbols"]],
        )

    def batches(self, ids: Sequence[str], size: int = BATCH) -> Iterator[Batch]:
        """These documents by rising id, at most `size` at a time."""
        ids = sorted(ids)
        for start in range(0, len(ids), size):
            yield self.read(ids[start : start + size])

    def count(self, batch: Batch) -> Counted:
        """The counts of a batch; those of the first `most_kept` documents are kept, others are made anew each time."""
        missing = sum(document not in self._kept for document in batch.ids)
        if len(self._kept) + missing <= self._most_kept:
            return self.count_all(batch.ids, batch)
        words, classes = Lexicon(), Lexicon()
        return _stack(_count(batch, words, classes), words, classes)

    def count_all(self, ids: Sequence[str], read: Batch | None = None) -> Counted:
        """The counts of documents by rising id, in one lexicon. The caller bounds how many there are."""
        fresh: dict[str, _Rows] = {}
        missing = [document for document in ids if document not in self._kept]
        for batch in self.batches(missing) if read is None or missing != read.ids else [read]:
            room = len(self._kept) + len(batch.ids) <= self._most_kept
            counted = zip(batch.ids, _count(batch, self._words, self._classes), strict=True)
            (self._kept if room else fresh).update(counted)
        rows = [self._kept.get(document) or fresh[document] for document in sorted(ids)]
        return _stack(rows, self._words, self._classes)


def draw(document: str, seed: int) -> str:
    """A lot that hangs on the document's id and the seed alone: a new document does not reshuffle the others."""
    return hashlib.sha256(f"{seed}:{document}".encode()).hexdigest()


def draw_sample(ids: Sequence[str], most: int, seed: int) -> list[str]:
    """At most so many ids, those with the lowest lots."""
    return list(ids) if len(ids) <= most else sorted(ids, key=lambda document: draw(document, seed))[:most]


def _count(batch: Batch, words: Lexicon, classes: Lexicon) -> list[_Rows]:
    return [
        (words.count(text_tokens(text)), classes.count(class_tokens(symbols)))
        for text, symbols in zip(batch.texts, batch.symbols, strict=True)
    ]


def _stack(rows: Sequence[_Rows], words: Lexicon, classes: Lexicon) -> Counted:
    return Counted(Counts.stack([row for row, _ in rows], words), Counts.stack([row for _, row in rows], classes))
