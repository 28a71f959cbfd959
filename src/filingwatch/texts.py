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
Tokenise = Callable[[str], list[str]]
"""What makes tokens of a text. Equal ones make the same tokens."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some documents, sorted by id; a missing text is empty, symbols are sorted and distinct."""

    ids: list[str]
    texts: list[str]
    symbols: list[list[str]]


class _Shelf:
    """Counts of documents made by one way of reading, all in the same lexicons."""

    def __init__(self, tokenise: Tokenise) -> None:
        self.tokenise = tokenise
        self.words, self.classes = Lexicon(), Lexicon()
        self.kept: dict[str, _Rows] = {}

    def count(self, batch: Batch) -> list[_Rows]:
        return _count(batch, self.tokenise, self.words, self.classes)

    def stack(self, rows: Sequence[_Rows]) -> Counted:
        return _stack(rows, self.words, self.classes)


class Texts:
    """Documents by id. `fetch` gives invention_id, text and symbols (list) of the ids asked for, in any order."""

    def __init__(self, fetch: Callable[[Sequence[str]], pl.DataFrame], *, most_kept: int = MOST_KEPT) -> None:
        self._fetch, self._most_kept = fetch, most_kept
        self._shared, self._other = _Shelf(text_tokens), _Shelf(text_tokens)

    @classmethod
    def of_frame(cls, documents: pl.DataFrame) -> Texts:
        """Documents that are in memory."""
        return cls(lambda ids: documents.filter(pl.col("invention_id").is_in(list(ids))))

    def read(self, ids: Sequence[str]) -> Batch:
        """These documents, all at once."""
        found = self._fetch(ids).sort("invention_id")
        return Batch(
            found["invention_id"].to_list(),
            [text or "" for text in found["text"].to_list()],
            [sorted(set(held or ())) for held in found["symbols"].to_list()],
        )

    def batches(self, ids: Sequence[str], size: int = BATCH) -> Iterator[Batch]:
        """These documents by rising id, at most `size` at a time."""
        ids = sorted(ids)
        for start in range(0, len(ids), size):
            yield self.read(ids[start : start + size])

    def count(self, batch: Batch, tokenise: Tokenise = text_tokens) -> Counted:
        """The counts of a batch; those of the first `most_kept` documents are kept, others are made anew each time."""
        shelf = self._shelf(tokenise)
        missing = sum(document not in shelf.kept for document in batch.ids)
        if len(shelf.kept) + missing <= self._most_kept:
            return self.count_all(batch.ids, batch, tokenise)
        fresh = _Shelf(tokenise)
        return fresh.stack(fresh.count(batch))

    def count_all(self, ids: Sequence[str], read: Batch | None = None, tokenise: Tokenise = text_tokens) -> Counted:
        """The counts of documents by rising id, in one lexicon. The caller bounds how many there are."""
        shelf, fresh = self._shelf(tokenise), dict[str, _Rows]()
        missing = [document for document in ids if document not in shelf.kept]
        for batch in self.batches(missing) if read is None or missing != read.ids else [read]:
            room = len(shelf.kept) + len(batch.ids) <= self._most_kept
            (shelf.kept if room else fresh).update(zip(batch.ids, shelf.count(batch), strict=True))
        return shelf.stack([shelf.kept.get(document) or fresh[document] for document in sorted(ids)])

    def _shelf(self, tokenise: Tokenise) -> _Shelf:
        """The shared tokens' counts are kept for all who ask, beside them those of the last other way of reading."""
        if tokenise == text_tokens:
            return self._shared
        if self._other.tokenise != tokenise:
            self._other = _Shelf(tokenise)
        return self._other


def draw(document: str, seed: int) -> str:
    """A lot that hangs on the document's id and the seed alone: a new document does not reshuffle the others."""
    return hashlib.sha256(f"{seed}:{document}".encode()).hexdigest()


def draw_sample(ids: Sequence[str], most: int, seed: int) -> list[str]:
    """At most so many ids, those with the lowest lots."""
    return list(ids) if len(ids) <= most else sorted(ids, key=lambda document: draw(document, seed))[:most]


def _count(batch: Batch, tokenise: Tokenise, words: Lexicon, classes: Lexicon) -> list[_Rows]:
    return [
        (words.count(tokenise(text)), classes.count(class_tokens(symbols)))
        for text, symbols in zip(batch.texts, batch.symbols, strict=True)
    ]


def _stack(rows: Sequence[_Rows], words: Lexicon, classes: Lexicon) -> Counted:
    return Counted(Counts.stack([row for row, _ in rows], words), Counts.stack([row for _, row in rows], classes))
