"""Takes a name of an applicant apart: place, brand, what it does, legal form, numbers, kind of body.

Nothing is guessed about who it is: two names with equal parts may still be two firms, which `scoring` weighs. Words
come from `vocabulary`; a name in kana or hangul is only taken apart as far as its Latin or Chinese letters go.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from filingwatch.applicants.vocabulary import Vocabulary, read_vocabulary, transcribe

_HAN = re.compile(r"[\u3400-\u9fff]")
_OTHER = re.compile(r"[\u3040-\u30ff\uac00-\ud7af\u0400-\u04ff\u0590-\u06ff]")
_BRACKET = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_NOT_WORD = re.compile(r"[\W_]+")
_NUMERAL_ZH = re.compile(
    r"第?([一二三四五六七八九十百]+)(?=[研建冶局院所处厂公航分工部])|第([一二三四五六七八九十百]+)"
)
_JAPANESE = ("株式会社", "有限会社", "合同会社")
_ADMINISTRATIVE = ("壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市")
_FICTIONAL = "虚构"
_FORM_INSIDE = re.compile("(?:股份|有限责任|股份有限|有限)公司")
_NUMBERS_LATIN = {
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7",
    "eighth": "8", "ninth": "9", "tenth": "10", "i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "1st": "1",
    "2nd": "2", "3rd": "3", "4th": "4", "one": "1", "two": "2", "three": "3",
}  # fmt: skip
_WORD_SIZES = (6, 5, 4, 3, 2)
_DIGITS_ZH = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Name:
    """The parts of a name. `script` is han, latin or other; `brand` is in the script of the name, `brand_latin` never
    has spaces; `business` are canonical English words; `words` is what must be equal for two spellings of one script.

    `body` is company, university, institute, hospital, ministry, person or unknown; only the first five are bodies
    that may be joined by likeness.
    """

    raw: str
    script: str
    body: str
    places: tuple[str, ...]
    is_place_behind: bool
    brand: str
    brand_latin: str
    syllables: int
    business: tuple[str, ...]
    forms: frozenset[str]
    numbers: frozenset[str]
    words: tuple[str, ...]

    @property
    def is_organisation(self) -> bool:
        return self.body not in ("person", "unknown")


def parse_name(raw: str) -> Name:
    """The parts of a name as written. Deterministic; never raises for a name that is a string."""
    text = unicodedata.normalize("NFKC", raw).strip()
    vocabulary = read_vocabulary()
    if _OTHER.search(text) or any(form in text for form in _JAPANESE):
        return _parse_other(text)
    if _HAN.search(text):
        return _parse_han(text, vocabulary)
    return _parse_latin(text, vocabulary)


def _parse_other(text: str) -> Name:
    """Japanese, Korean, Russian: one brand, equal or not equal; the legal form stands apart where it is known."""
    core, forms = text, frozenset[str]()
    for form in (*_JAPANESE, "주식회사", "(주)", "유한회사"):
        if form in core:
            core, forms = core.replace(form, ""), frozenset({"kk"})
    brand = _NOT_WORD.sub("", core.casefold())
    body = "company" if forms else "unknown"
    return Name(text, "other", body, (), False, brand, brand, len(brand), (), forms, frozenset(), (brand,))


def _parse_han(text: str, vocabulary: Vocabulary) -> Name:
    behind: list[str] = []
    core = text

    def take_bracket(match: re.Match[str]) -> str:
        inside = _NOT_WORD.sub("", match.group(1))
        place = _strip_administrative(inside)
        if place in vocabulary.places_zh:
            behind.append(vocabulary.places_zh[place])
            return ""
        return "" if inside == _FICTIONAL else inside

    core = _NOT_WORD.sub("", _BRACKET.sub(take_bracket, core)).casefold()
    if _is_person(core, vocabulary):
        return Name(
            text, "han", "person", (), False, core, transcribe(core), len(core), (), frozenset(), frozenset(), (core,)
        )
    body = next((body for ending, body in vocabulary.bodies_zh if core.endswith(ending)), None)
    body = body or next((body for word, body in vocabulary.bodies_zh if len(word) > 1 and word in core), "unknown")
    numbers = frozenset(_number(one or two) for one, two in _NUMERAL_ZH.findall(core)) | set(re.findall(r"\d+", core))
    core, forms = _strip_form(core, vocabulary, body)
    places, rest = _strip_places(core, vocabulary)
    table = vocabulary.universities_zh if body == "university" else vocabulary.business_zh
    brand, business = _strip_business(rest, table)
    if not brand and body != "university":
        brand, business = rest, ()
    return Name(
        text, "han", body, (*places, *behind), bool(behind), brand, transcribe(brand), len(brand),
        _settle(business, body), forms, numbers, (_FORM_INSIDE.sub("公司", rest),),
    )  # fmt: skip


def _parse_latin(text: str, vocabulary: Vocabulary) -> Name:
    plain = unicodedata.normalize("NFKD", text.casefold().replace("&", " and ").replace("'", "").replace("’", ""))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"\b(?:[a-z]\.){2,}", lambda match: match.group().replace(".", ""), plain)
    tokens = [token for token in _NOT_WORD.split(plain) if token and token not in vocabulary.stop]
    forms = frozenset(vocabulary.forms_latin[token] for token in tokens[1:] if token in vocabulary.forms_latin)
    kept = tokens[:1] + [token for token in tokens[1:] if token not in vocabulary.forms_latin]
    canonical = [vocabulary.canonical.get(token, token) for token in kept]
    company_forms = bool(forms)
    forms |= {token for token in canonical if token in ("university", "college")}
    places, brand, business, numbers = [], [], [], set()
    for place, token in enumerate(canonical):
        if token in vocabulary.places_latin:
            places.append(token)
        elif token in _NUMBERS_LATIN and place:
            numbers.add(_NUMBERS_LATIN[token])
        elif token in forms:
            continue
        elif token in vocabulary.generic:
            business.append(token)
        else:
            brand.append(token)
            numbers.update(re.findall(r"\d+", token))
    found = {vocabulary.bodies_latin[token] for token in canonical if token in vocabulary.bodies_latin}
    order = ("hospital", "university", "institute", "ministry", "company")
    body = "company" if company_forms else next((body for body in order if body in found), "unknown")
    is_behind = bool(places) and canonical[0] not in places
    joined = "".join(brand)
    return Name(
        text, "latin", body, tuple(places), is_behind, joined, joined, len(joined), _settle(business, body), forms,
        frozenset(numbers), tuple(canonical),
    )  # fmt: skip


def _is_person(core: str, vocabulary: Vocabulary) -> bool:
    if not 2 <= len(core) <= 4 or core[0] not in vocabulary.surnames:
        return False
    return not any(core.endswith(ending) for ending, _ in vocabulary.bodies_zh)


def _strip_form(core: str, vocabulary: Vocabulary, body: str) -> tuple[str, frozenset[str]]:
    for form, kind in vocabulary.forms_zh:
        if core.endswith(form) and len(core) > len(form):
            return core.removesuffix(form), frozenset({kind})
    if body == "university":
        for ending in ("大学", "学院"):
            if core.endswith(ending) and len(core) > len(ending):
                return core.removesuffix(ending), frozenset({"university" if ending == "大学" else "college"})
    return core, frozenset()


def _strip_places(core: str, vocabulary: Vocabulary) -> tuple[list[str], str]:
    """Leading places, and what follows them: everything when nothing follows."""
    places, rest = [], core
    for _ in range(3):
        found = next((rest[:size] for size in (4, 3, 2) if rest[:size] in vocabulary.places_zh), None)
        if found is None:
            break
        places.append(vocabulary.places_zh[found])
        rest = rest.removeprefix(found)
        for word in _ADMINISTRATIVE:
            if rest.startswith(word):
                rest = rest.removeprefix(word)
                break
    return places, rest


def _strip_administrative(place: str) -> str:
    return next((place.removesuffix(word) for word in _ADMINISTRATIVE if place.endswith(word)), place)


def _strip_business(core: str, table: Mapping[str, tuple[str, ...]]) -> tuple[str, tuple[str, ...]]:
    brand, business = core, list[str]()
    while found := next((brand[-size:] for size in _WORD_SIZES if brand[-size:] in table), None):
        brand = brand.removesuffix(found)
        business[:0] = table[found]
    return brand, tuple(business)


def _settle(business: tuple[str, ...] | list[str], body: str) -> tuple[str, ...]:
    """Science and technology is technology where both stand, but in universities; a word counts once."""
    words = dict.fromkeys(business)
    if "technology" in words and body != "university":
        words.pop("science", None)
    return tuple(words)


def _number(numeral: str) -> str:
    if "十" not in numeral:
        return "".join(str(_DIGITS_ZH.find(digit)) for digit in numeral)
    tens, _, ones = numeral.partition("十")
    return str((_DIGITS_ZH.find(tens) if tens else 1) * 10 + (_DIGITS_ZH.find(ones) if ones else 0))
