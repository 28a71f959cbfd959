"""A topic in words: its terms in English and in Chinese, and a name made from them by rule.

Here belongs how numbers become readable. A term is chosen for being heavy in its topic and light in the others; pieces
of a Chinese word are grown to the word they nearly always stand in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from filingwatch.words import cjk_chains, drop_covered, grow_fragment, is_cjk, is_class_token, normalise_text

MOST_TERMS = 10
# pieces looked at per language: several overlapping ones make one word
MOST_PIECES = 40
# of the heaviest word's (or class's) weight; below it a token is noise, often in the topic's other language
LEAST_OF_HEAVIEST = 0.05
BETWEEN_LANGUAGES = " · "
BETWEEN_TERMS = ", "
_WORDS_IN_A_ROW = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")


@dataclass(frozen=True, slots=True)
class TopicTerms:
    """The terms of a topic, most telling first; a language without texts has none. `classes` are its class symbols."""

    en: tuple[str, ...]
    zh: tuple[str, ...]
    classes: tuple[str, ...] = ()


def describe_topics(weights: np.ndarray, tokens: np.ndarray, members: Sequence[Sequence[str]]) -> list[TopicTerms]:
    """The terms of each topic; `weights` is topics x tokens, `members` holds the texts of each topic's documents."""
    # weight times share of the token's weight that lies in this topic: heavy here and light elsewhere
    telling = weights**2 / np.maximum(weights.sum(axis=0), 1e-12)
    classes = np.array([is_class_token(token) for token in tokens], dtype=bool)
    cjk = np.array([is_cjk(token) for token in tokens], dtype=bool)
    described = []
    for own, scores, texts in zip(weights, telling, members, strict=True):
        # words and classes are measured apart: a class that many filings share outweighs every word beside it
        floor = np.where(classes, own[classes].max(initial=0.0), own[~classes].max(initial=0.0))
        scores = np.where(own >= LEAST_OF_HEAVIEST * floor, scores, 0.0)
        chains = "\n".join(chain for text in texts for chain in cjk_chains(normalise_text(text)))
        zh = [grow_fragment(piece, chains) for piece in _heaviest(scores, tokens, cjk, MOST_PIECES)]
        en = _heaviest(scores, tokens, ~cjk & ~classes, MOST_PIECES // 2) if _speak_english(texts) else []
        symbols = [one.removeprefix("class:") for one in drop_covered(_heaviest(scores, tokens, classes, MOST_TERMS))]
        if not en and not zh:  # filings that share a class and not one word: a topic is never without terms
            en = symbols
        described.append(
            TopicTerms(
                tuple(drop_covered(en)[:MOST_TERMS]),
                tuple(drop_covered(zh)[:MOST_TERMS]),
                tuple(symbols),
            )
        )
    return described


def name_topic(terms: TopicTerms, taken: Collection[str]) -> str:
    """A name by rule: two English terms and one Chinese, more where it is taken; classes where there are no words."""
    for more in range(MOST_TERMS):
        parts = [BETWEEN_TERMS.join(terms.en[: 2 + more]), BETWEEN_TERMS.join(terms.zh[: 1 + more])]
        name = BETWEEN_LANGUAGES.join(part for part in parts if part) or BETWEEN_TERMS.join(terms.classes[: 1 + more])
        if name and name not in taken:
            return name
    stem, number = name or "unnamed topic", 2
    while f"{stem} ({number})" in taken:
        number += 1
    return f"{stem} ({number})"


def still_describes(name: str, terms: TopicTerms) -> bool:
    """Whether every word of a name given by rule is still among the topic's terms."""
    words = {word for part in name.split(BETWEEN_LANGUAGES) for word in part.split(BETWEEN_TERMS)}
    return words <= {*terms.en, *terms.zh, *terms.classes}


def _speak_english(texts: Sequence[str]) -> bool:
    """Whether at least one text in twenty holds spaced words in a row, not just the abbreviations of Chinese texts."""
    speaking = sum(len(_WORDS_IN_A_ROW.findall(text)) >= 2 for text in texts)
    return 20 * speaking >= len(texts) > 0


def _heaviest(scores: np.ndarray, tokens: np.ndarray, wanted: np.ndarray, most: int) -> list[str]:
    columns = np.flatnonzero(wanted & (scores > 0))
    return [str(tokens[column]) for column in columns[np.lexsort((columns, -scores[columns]))][:most]]
