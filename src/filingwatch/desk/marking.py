"""Which letters of a text are reasons for or against: pure, for scripts with and without spaces.

Reasons overlap (视频 and 视频监控, or a word that is in both lists), so that letters are marked and not words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

# a Latin word next to a Chinese character stands alone; next to another Latin letter it is part of a longer word
_LETTER = r"[a-z0-9\u00df-\u024f\u0370-\u058f]"
_IS_LETTER = re.compile(_LETTER)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text; `mark` is empty, for, against or both."""

    text: str
    mark: str = ""


def mark_text(text: str, words_for: Iterable[str], words_against: Iterable[str]) -> tuple[Segment, ...]:
    """The text cut where marks change; joined again the segments are the text, letter by letter."""
    is_for, is_against = _find(text, words_for), _find(text, words_against)
    marks = [_MARKS[place in is_for, place in is_against] for place in range(len(text))]
    cut = groupby(zip(text, marks, strict=True), key=lambda pair: pair[1])
    return tuple(Segment("".join(letter for letter, _ in part), mark) for mark, part in cut)


_MARKS = {(False, False): "", (True, False): "for", (False, True): "against", (True, True): "both"}


def _find(text: str, words: Iterable[str]) -> set[int]:
    """Places of the letters that lie in one of the words, in the text as it is written."""
    plain, places = _plain(text)
    found: set[int] = set()
    for pattern in _patterns(words):
        for match in pattern.finditer(plain):
            found.update(places[match.start(1) : match.end(1)])
    return found


def _plain(text: str) -> tuple[str, list[int]]:
    """The text as tokens see it (compatible letters in one form, lower case), and where each letter came from."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for one in unicodedata.normalize("NFKC", letter).casefold():
            letters.append(one)
            places.append(place)
    return "".join(letters), places


def _patterns(words: Iterable[str]) -> Iterator[re.Pattern[str]]:
    for word in words:
        plain = unicodedata.normalize("NFKC", word).casefold().strip()
        if not plain:
            continue
        # between the words of a pair anything but a letter may stand
        body = r"[\W_]+".join(re.escape(part) for part in plain.split())
        before = f"(?<!{_LETTER})" if _IS_LETTER.match(plain[0]) else ""
        after = f"(?!{_LETTER})" if _IS_LETTER.match(plain[-1]) else ""
        # only looked at, never used up: a word may overlap itself
        yield re.compile(f"{before}(?=({body}){after})")
