"""Languages of texts: codes as sources write them, and the few rules by which a script settles a language."""

from __future__ import annotations

import re
from functools import lru_cache

_TWO_LETTERS = re.compile(r"([a-z]{2})(?:[-_][a-z]{2,4})?")
_THREE_LETTERS = {
    "ara": "ar", "chi": "zh", "zho": "zh", "dut": "nl", "nld": "nl", "eng": "en", "fin": "fi", "fra": "fr",
    "fre": "fr", "deu": "de", "ger": "de", "ita": "it", "jpn": "ja", "kor": "ko", "por": "pt", "rus": "ru",
    "spa": "es", "swe": "sv",
}  # fmt: skip
_WRONG_BUT_MEANT = {"cn": "zh", "jp": "ja", "kr": "ko"}  # office codes that some tables use as language codes

_HANGUL = re.compile(r"[\uac00-\ud7af]")
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_HAN_READING = {"CN": "zh", "TW": "zh", "HK": "zh", "MO": "zh", "JP": "ja"}
_ENGLISH_OFFICES = frozenset({"AU", "GB", "IE", "NZ", "US", "ZA"})  # they publish in no other language
_EAST_ASIAN = frozenset({"zh", "ja", "ko"})
_WORD = re.compile(r"[a-z]+")
_ENGLISH = frozenset("the and of for with from using which having based thereof is are by".split())
_LOOKED_AT = 600  # characters: the language of an abstract shows in its beginning


@lru_cache(maxsize=256)
def parse_language(code: str | None) -> str | None:
    """The two-letter code of ISO 639-1 (`zh-cn` -> `zh`); None when the source does not know or writes no code."""
    plain = (code or "").strip().lower()
    if found := _TWO_LETTERS.fullmatch(plain):
        return _WRONG_BUT_MEANT.get(found[1], found[1])
    return _THREE_LETTERS.get(plain)


def detect_language(text: str, office: str | None = None) -> str | None:
    """The language of a text where a rule is certain, else None.

    Hangul is Korean, kana is Japanese. Han characters alone are read by the office (Chinese at CN, TW, HK, MO;
    Japanese at JP) and are undecided elsewhere: a Japanese title may have no kana. English is told by an office that
    publishes in no other language, or by its function words, two different ones at least.
    """
    start = text[:_LOOKED_AT]
    if not start.isascii():
        hangul, kana, han = _count_scripts(start)
        if hangul + kana + han > len(start) / 4:
            if hangul > kana + han / 4:
                return "ko"
            return "ja" if kana else _HAN_READING.get(office or "")
    if office in _ENGLISH_OFFICES:
        return "en"
    return "en" if len(_ENGLISH.intersection(_WORD.findall(start.lower()))) >= 2 else None


def choose_language(told: str | None, text: str, office: str | None = None) -> str | None:
    """What the source tells, unless the script of the text says otherwise; where it tells nothing, what is certain.

    Needed because some exports carry guesses: Chinese sentences marked Korean, English ones marked Chinese.
    """
    code = parse_language(told)
    if code is None:
        return detect_language(text, office)
    start = text[:_LOOKED_AT]
    if start.isascii():
        return detect_language(text, office) if code in _EAST_ASIAN else code
    hangul, kana, han = _count_scripts(start)
    if code == "ko":
        agrees = hangul > 0
    elif code in _EAST_ASIAN:
        agrees = han + kana > 0 and detect_language(text, office) in (code, None)
    else:
        agrees = hangul + kana + han <= len(start) / 4
    return code if agrees else detect_language(text, office)


def _count_scripts(text: str) -> tuple[int, int, int]:
    """How many characters are Hangul, kana and Han."""
    return len(_HANGUL.findall(text)), len(_KANA.findall(text)), len(_HAN.findall(text))
