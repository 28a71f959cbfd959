"""A text as it is compared, with the way back to the text as it is stored; its sentences and clauses.

Here belong letters and where they came from. Which words are looked for belongs to `rules`, what is made of them to
`tagging`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_GAP = re.compile(r"[-\u2010-\u2015_/\s]")
# a full stop ends a sentence only before a space: 0.5, G06V40.16 and a.b stay whole, and so do e.g., i.e. and Fig. 1
_SENTENCE_END = re.compile(
    r"[!?。;]|(?<!\be\.g)(?<!\bi\.e)(?<!\bu\.s)(?<!\bfig)(?<!\bfigs)(?<!\bno)(?<!\bvs)\.(?=\s|$)"
)
_CLAUSE_END = re.compile(r"[,:]")
_SPACES = re.compile(" +")


class _Folding(dict[int, str]):
    """Each letter as it is compared, found out when it is first seen."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        plain = " " if _GAP.match(letter) else unicodedata.normalize("NFKC", letter).casefold()
        self[code] = _GAP.sub(" ", plain)
        return self[code]


_FOLDED = _Folding()


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch [start, end) of a plain text."""

    start: int
    end: int


class Plain:
    """Lower case, compatible letters in one form, every run of spaces, hyphens and slashes as one space.

    `places` has the place in the stored text of the letter from which each letter of `text` came; it never falls.
    """

    def __init__(self, stored: str) -> None:
        self._stored = stored
        self.text = _SPACES.sub(" ", stored.translate(_FOLDED)).lstrip(" ")

    @cached_property
    def places(self) -> tuple[int, ...]:
        # only what is quoted needs the way back, and few texts are quoted
        places: list[int] = []
        is_after_space = True
        for place, letter in enumerate(self._stored):
            for one in _FOLDED[ord(letter)]:
                if one != " " or not is_after_space:
                    places.append(place)
                is_after_space = one == " "
        return tuple(places)

    def back(self, passage: Passage) -> Passage:
        """The stretch of the stored text from which a stretch that is not empty came, without spaces around it."""
        start, end = passage.start, passage.end
        while start < end and self.text[start] == " ":
            start += 1
        while end > start and self.text[end - 1] == " ":
            end -= 1
        if start == end:
            return Passage(0, 0)
        return Passage(self.places[start], self.places[end - 1] + 1)

    def sentences(self) -> Iterator[Passage]:
        """The sentences in order, with the sign that ends each; a semicolon ends one too."""
        return _cut(self.text, Passage(0, len(self.text)), _SENTENCE_END)

    def clauses(self, sentence: Passage) -> Iterator[Passage]:
        """What lies between the commas and colons of a sentence."""
        return _cut(self.text, sentence, _CLAUSE_END)


def _cut(text: str, whole: Passage, at: re.Pattern[str]) -> Iterator[Passage]:
    start = whole.start
    for sign in at.finditer(text, whole.start, whole.end):
        yield Passage(start, sign.end())
        start = sign.end()
    if text[start : whole.end].strip():
        yield Passage(start, whole.end)
