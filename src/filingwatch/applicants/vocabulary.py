"""The words of names, read once from vocabulary.yaml. What a name means is said in `parsing`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pypinyin import lazy_pinyin

from filingwatch.resources import read_yaml


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words by what they say. Chinese endings are sorted longest first, so that the first hit is the whole word."""

    places_zh: Mapping[str, str]
    places_latin: frozenset[str]
    shared_spellings: frozenset[str]
    forms_zh: tuple[tuple[str, str], ...]
    forms_latin: Mapping[str, str]
    bodies_zh: tuple[tuple[str, str], ...]
    bodies_latin: Mapping[str, str]
    business_zh: Mapping[str, tuple[str, ...]]
    universities_zh: Mapping[str, tuple[str, ...]]
    canonical: Mapping[str, str]
    stop: frozenset[str]
    generic: frozenset[str]
    surnames: frozenset[str]


@cache
def read_vocabulary() -> Vocabulary:
    """The vocabulary; the same object for the life of the process."""
    known = _read_words()
    places = {
        place: known["spelled"].get(place) or transcribe(place)
        for place in (known["provinces"] + " " + known["cities"]).split()
    }
    latin = list(places.values())
    return Vocabulary(
        places_zh=places,
        places_latin=frozenset(latin),
        shared_spellings=frozenset(name for name in latin if latin.count(name) > 1) | set(known["shared_spellings"]),
        forms_zh=_longest_first(known["forms_zh"]),
        forms_latin=known["forms_latin"],
        bodies_zh=_longest_first({word: body for body, words in known["bodies_zh"].items() for word in words}),
        bodies_latin={word: body for body, words in known["bodies_latin"].items() for word in words},
        business_zh=_split_values(known["business_zh"]),
        universities_zh=_split_values(known["universities_zh"]),
        canonical=known["canonical_latin"],
        stop=frozenset(known["stop_latin"]),
        generic=frozenset(known["generic_latin"].split()) | set(known["canonical_latin"].values()),
        surnames=frozenset(known["surnames"].replace(" ", "")),
    )


def transcribe(words: str) -> str:
    """Chinese characters as pinyin without tones and spaces; everything else as it is.

    Character by character: brands are no words of the language, and looking for phrases costs some three times as much.
    """
    return "".join(map(_transcribe_letter, words))


@cache
def _transcribe_letter(letter: str) -> str:
    if known := _read_words()["letters"].get(letter):
        return known
    return "".join(lazy_pinyin(letter)).replace("ü", "v")


@cache
def _read_words() -> Mapping[str, Any]:
    return read_yaml(Path(__file__).parent / "vocabulary.yaml")


def _longest_first(words: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(words.items(), key=lambda item: (-len(item[0]), item[0])))


def _split_values(words: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {word: tuple(meaning.split()) for word, meaning in words.items()}
