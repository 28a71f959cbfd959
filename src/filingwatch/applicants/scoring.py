"""Judges whether two names are one legal entity: a score that is the sum of explained parts.

Weights were set on one half of the judged pairs (tests/fixtures/applicant_pairs.csv) and are tested on the other. The
two thresholds are asymmetric on purpose: a wrong merge silently spoils counts, a missed one waits in the review list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from filingwatch.applicants.parsing import Name
from filingwatch.applicants.vocabulary import read_vocabulary

SAME_FROM = 0.85
DOUBTFUL_FROM = 0.6

_NEAR_BRAND = 88.0
_SHORT_BRAND = 2
_SOFT_FORMS = frozenset({"limited", "company", "stock"})
_VETO = -2.0
Part = tuple[str, str, float]


@dataclass(frozen=True, slots=True)
class PairScore:
    """The verdict on two names (same, doubtful or different), the score in 0..1 and the parts that make it."""

    verdict: str
    score: float
    parts: tuple[Part, ...]
    remembered: str = ""

    @property
    def explanation(self) -> str:
        """The parts in words; of a pair that was scored earlier, the words of then."""
        return self.remembered or "; ".join(f"{part}: {words} ({points:+.2f})" for part, words, points in self.parts)


def score_pair(
    left: Name, right: Name, brands: Mapping[str, str] | None = None, seen_together: float = 0.0
) -> PairScore:
    """The verdict on two names; symmetric. `brands` maps a brand as written to the key of its equals.

    `seen_together` in 0..1 says how regularly the two stand at one place of one invention in two scripts.
    """
    if not (left.is_organisation and right.is_organisation):
        # Persons, and names that nothing shows to be a body, are never joined by likeness.
        return PairScore("different", 0.0, (("body", "not both known to be organisations", 0.0),))
    brand, business = _judge_words(left, right, brands or {}, seen_together)
    parts = [brand, business, _judge_places(left, right), _judge_forms(left, right)]
    if left.body == right.body == "university" and (words := _find_ambiguity(left, right)):
        parts.append(("university", words, -0.2))
    if left.is_place_behind != right.is_place_behind and left.script == right.script:
        parts.append(("order", "the place stands elsewhere", -0.1))
    if left.numbers != right.numbers:
        parts.append(("number", f"{_show(left.numbers)} against {_show(right.numbers)}", _VETO))
    if left.body != right.body and "university" in (left.body, right.body):
        parts.append(("body", f"{left.body} against {right.body}", _VETO))
    if seen_together:
        parts.append(("seen together", f"{seen_together:.0%} of the times", 0.35 * seen_together))
    score = round(max(0.0, min(1.0, sum(points for _, _, points in parts))), 3)
    verdict = "same" if score >= SAME_FROM else "doubtful" if score >= DOUBTFUL_FROM else "different"
    return PairScore(verdict, score, tuple(parts))


def _find_ambiguity(left: Name, right: Name) -> str:
    """Why two universities with like names may be two all the same; empty when nothing speaks for it."""
    if left.script != right.script and "technology" in {*left.business, *right.business}:
        return "科技, 理工 and 工业 are translated alike"
    spoken = {*left.places, *right.places, left.brand_latin, right.brand_latin}
    if left.script != right.script and spoken & read_vocabulary().shared_spellings:
        return "several are written so"
    is_short = len(left.words) == 2 and not left.places
    if is_short and left.script == right.script == "latin":
        if _is_inverted(left) != _is_inverted(right):
            return "University of X and X University are both listed as UNIV X"
        if left.words != right.words:
            return "University of X and X University are often two"
    return ""


def _judge_words(left: Name, right: Name, brands: Mapping[str, str], seen_together: float) -> tuple[Part, Part]:
    if left.script == right.script and _are_aligned(left, right):
        weight = 0.25 if left.business or len(left.words) > 1 or left.script == "han" else 0.2
        if left.script == "latin" and len(left.brand_latin) <= _SHORT_BRAND and len(left.words) == 1:
            weight = 0.1
        return ("brand", "same words", 0.5), ("business", "same words", weight)
    business, likeness = _judge_business(left, right)
    return _judge_brand(left, right, brands, likeness, seen_together), business


def _are_aligned(left: Name, right: Name) -> bool:
    """Whether the words are the same, up to abbreviation of what is no brand, spaces, and the order in a university."""
    if left.words == right.words or "".join(left.words) == "".join(right.words):
        return True
    if left.script != "latin":
        return False
    if left.body == right.body == "university" and sorted(left.words) == sorted(right.words):
        return _is_inverted(left) != _is_inverted(right)
    generic = read_vocabulary().generic
    return len(left.words) == len(right.words) and all(
        one == two or _abbreviates(one, two, generic) for one, two in zip(left.words, right.words, strict=True)
    )


def _is_inverted(name: Name) -> bool:
    """Whether a university is written as offices list it, UNIV X, which keeps nothing of the order of its words."""
    return name.raw[:5].casefold() == "univ "


def _abbreviates(one: str, two: str, generic: frozenset[str]) -> bool:
    """Whether one word of trade is short for the other, or a slip of it by one letter. Brands are never bent."""
    short, long = sorted((one, two), key=len)
    if long not in generic and short not in generic:
        return False
    if len(short) >= 3 and long in generic and long.startswith(short):
        return True
    return len(long) >= 8 and DamerauLevenshtein.distance(one, two, score_cutoff=1) <= 1


def _judge_brand(left: Name, right: Name, brands: Mapping[str, str], likeness: float, seen_together: float) -> Part:
    seeded = [brands.get(name.brand, "") for name in (left, right)]
    if seeded[0] and seeded[0] == seeded[1]:
        return "brand", f"{left.brand} and {right.brand} are known to be one", 0.5
    if not left.brand and not right.brand:
        if left.script == right.script:
            return "brand", "none, and other words", 0.0
        is_university = left.body == right.body == "university"
        return "brand", "none: place and trade say all", 0.5 if is_university and likeness == 1.0 else 0.3
    if not left.brand or not right.brand:
        return "brand", "only one has any", 0.0
    if left.script == right.script:
        if left.brand == right.brand:
            return "brand", "same", 0.5
        if min(len(left.brand_latin), len(right.brand_latin)) >= 6 and len(left.words) == len(right.words):
            ratio = fuzz.ratio(left.brand_latin, right.brand_latin)
            if ratio >= _NEAR_BRAND:
                return "brand", f"near ({ratio:.0f} %)", 0.3
        return "brand", "another", -0.3
    if left.brand_latin == right.brand_latin:
        syllables = left.syllables if left.script == "han" else right.syllables
        is_university = left.body == right.body == "university"
        is_telling = syllables >= 3 or is_university or (likeness == 1.0 and len(left.business) >= 2)
        return "brand", f"same in pinyin, {syllables} syllables", 0.45 if is_telling else 0.3
    # Nothing but the company that it keeps speaks for it: that must be regular.
    return "brand", "no transcription of the other", 0.3 if seen_together >= 0.8 else 0.15 if seen_together else -0.3


def _judge_business(left: Name, right: Name) -> tuple[Part, float]:
    one, two = set(left.business), set(right.business)
    if one == two:
        return ("business", "same" if one else "none said", 0.25 if one else 0.2), 1.0
    if not one or not two:
        return ("business", "only one says it", 0.05), 0.0
    likeness = len(one & two) / len(one | two)
    if left.script != right.script and likeness >= 0.6:
        return ("business", f"mostly the same ({likeness:.0%})", 0.15), likeness
    if left.script != right.script and likeness >= 0.4:
        return ("business", f"partly the same ({likeness:.0%})", 0.05), likeness
    return ("business", f"{' '.join(left.business)} against {' '.join(right.business)}", -0.2), likeness


def _judge_places(left: Name, right: Name) -> Part:
    one, two = set(left.places), set(right.places)
    if not one and not two:
        return "place", "none", 0.1
    if not one or not two:
        return "place", f"only one says {_show(one or two)}", -0.05
    if one == two:
        return "place", _show(one), 0.15
    if one < two or two < one:
        return "place", f"{_show(one)} within {_show(two)}" if one < two else f"{_show(two)} within {_show(one)}", 0.0
    return "place", f"{_show(one)} against {_show(two)}", _VETO


def _judge_forms(left: Name, right: Name) -> Part:
    one, two = left.forms, right.forms
    if one == two:
        return "form", _show(one) if one else "none", 0.1
    if not one or not two:
        return "form", "only one says it", 0.03
    words = f"{_show(one)} and {_show(two)}"
    if left.script == right.script == "latin":
        if one & two:
            # a holding and its operating firm differ in just this word
            return "form", words, 0.0 if (one ^ two) & {"corporation", "incorporated"} else 0.07
        said = one | two
        if {"limited", "incorporated"} <= said or not said <= {*_SOFT_FORMS, "incorporated", "corporation"}:
            return "form", words, -0.3
        return "form", words, -0.1 if {"limited", "corporation"} <= said else 0.0
    if one <= _SOFT_FORMS and two <= _SOFT_FORMS:
        plain = {"company"}
        return "form", words, -0.1 if left.script == right.script and plain in (one, two) else 0.07
    return "form", words, -0.05 if left.script != right.script else -0.3


def _show(words: frozenset[str] | set[str]) -> str:
    return "+".join(sorted(words)) or "none"
