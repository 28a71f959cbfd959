"""Publication numbers of all offices in DOCDB form.

DOCDB writes most numbers as the office does, without punctuation; the exceptions by office are the rules below.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable

from filingwatch.filing import PublicationId
from filingwatch.normalform.dates import parse_date
from filingwatch.normalform.errors import NormalFormError
from filingwatch.normalform.offices import OFFICES

_COMMON = re.compile(r"([A-Z]{2})[- ]?(\d+)[- ]?([A-Z]\d?)")
_DATED = re.compile(r"(.*[ _-][A-Z]\d?)[ _-]\d{8}")
_KIND_APART = re.compile(r"(.*\d[A-Z]?)[-_ .]+([A-Z]\d?)")
_KIND_JOINED = re.compile(r"(.*\d)([A-Z]\d?)|(.*\d[A-Z])([A-Z]\d?)")
_KIND = re.compile(r"[A-Z]\d?")
_NUMBER = re.compile(r"[A-Z]{0,4}\d[A-Z0-9]{0,19}")
_SEPARATORS = re.compile(r"[\s,./_-]+")
_NEW_DOCUMENT = re.compile(r"^(\d{7})NW")  # so the European Publication Server marks a new document: EP4345850NWA1
_DOC_KEY = re.compile(r"([A-Z]{2})_([A-Z0-9]+)_([A-Z]\d?)(?:_(\d{8}))?")


def parse_publication(
    text: str, *, office: str | None = None, kind: str | None = None, needs_kind: bool = True
) -> PublicationId:
    """The publication that a text names: `CN-117876249-A`, `US 2021/0191781 A1`, `EP4345850NWA1`, `KR 10-2025-...`.

    `office` and `kind` say what the source gives in other columns; the text may repeat them. With `needs_kind` False
    a number without kind is accepted and its kind is empty: it then names all publications of that number.

    Raises:
        NormalFormError: `missing_number`, `unknown_office`, `missing_kind` or `bad_number`.
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    plain = plain.strip().upper()
    if not plain:
        raise NormalFormError("missing_number", "there is no publication number")
    if kind is None and (found := _COMMON.fullmatch(plain)) and found[1] in OFFICES and office in (None, found[1]):
        return _build(found[1], found[2], found[3])
    if found := _DATED.fullmatch(plain):
        plain = found[1]
    where, rest = _split_office(plain, text, office)
    if where == "EP":
        rest = _NEW_DOCUMENT.sub(r"\1", rest)
    number, code = _split_kind(rest, kind)
    if where == "KR" and not code:
        code = _korean_kind(number)
    if not code and needs_kind:
        raise NormalFormError(
            "missing_kind", f"{text!r} has no kind code (such as A, B2 or U), so it names no document"
        )
    number = _SEPARATORS.sub("", _restore_zeros(where, number))
    if not _NUMBER.fullmatch(number):
        raise NormalFormError("bad_number", f"{text!r} holds no publication number")
    return _build(where, number, code)


def parse_doc_key(text: str) -> tuple[PublicationId, dt.date | None]:
    """Publication and publication date from a Lens document key such as `CN_218289675_U_20230113`.

    Raises:
        NormalFormError: `bad_number`, `unknown_office` or `bad_date`.
    """
    found = _DOC_KEY.fullmatch(text.strip().upper())
    if found is None:
        raise NormalFormError("bad_number", f"{text!r} is not a document key such as CN_218289675_U_20230113")
    return parse_publication(found[2], office=found[1], kind=found[3]), parse_date(found[4])


def _split_office(plain: str, text: str, office: str | None) -> tuple[str, str]:
    if office is not None:
        code = office.strip().upper()
        if code not in OFFICES:
            raise NormalFormError("unknown_office", f"{office!r} is not an office code of ST.3")
        rest = plain[2:] if plain.startswith(code) else plain
        return code, rest.lstrip(" -_/")
    code = "CN" if plain.startswith("ZL") else plain[:2]
    if code not in OFFICES:
        raise NormalFormError("unknown_office", f"{text!r} does not begin with an office code of ST.3")
    return code, plain[2:].lstrip(" -_/")


def _split_kind(rest: str, kind: str | None) -> tuple[str, str]:
    if kind:
        code = kind.strip().upper()
        if not _KIND.fullmatch(code):
            raise NormalFormError("missing_kind", f"{kind!r} is not a kind code such as A, B2 or U")
        return (rest[: -len(code)].rstrip(" -_.") if rest.endswith(code) and rest != code else rest), code
    if found := _KIND_APART.fullmatch(rest):
        return found[1], found[2]
    if found := _KIND_JOINED.fullmatch(rest):
        return (found[1], found[2]) if found[1] else (found[3], found[4])
    return rest, ""


def _restore_zeros(office: str, number: str) -> str:
    """Japanese and PCT numbers may be written without the leading zeros of the serial (`2012-1234`, `WO 03/81456`)."""
    if office in ("JP", "WO") and (found := re.fullmatch(r"(\d{4})[-/](\d{1,6})", number)):
        return found[1] + found[2].zfill(6)
    return number


def _build(office: str, number: str, kind: str) -> PublicationId:
    rule = _RULES.get(office)
    if rule is not None:
        number = rule(number, kind)
    if office == "US" and kind == "E" and number.startswith("RE") and int(number[2:] or 0) >= 38000:
        kind = "E1"  # reissues carry E1 since 2001; some exports still write the older letter alone
    return PublicationId(office, number, kind)


def _american(number: str, kind: str) -> str:
    if len(number) == 11 and number.isdecimal() and number[:2] in ("19", "20") and number[4] == "0":
        return number[:4] + number[5:]  # 2024 0362478: DOCDB keeps six digits of the serial
    if number.isdecimal():
        return number.lstrip("0") if len(number) <= 8 else number
    prefix = number.rstrip("0123456789")
    return prefix + number[len(prefix) :].lstrip("0") if number[len(prefix) :].strip("0") else number


def _european(number: str, kind: str) -> str:
    return number.lstrip("0").zfill(7) if number.isdecimal() else number


def _german(number: str, kind: str) -> str:
    return number.lstrip("0") or number


def _international(number: str, kind: str) -> str:
    """PCT: four digits of the year since 2004, two before; six digits of the serial since July 2002, five before.

    The first number of July 2002 is taken to be 51000; whichever it was, all spellings of a number end as one.
    """
    if not number.isdecimal() or len(number) not in (7, 8, 10):
        return number
    if len(number) == 10:
        year, serial = int(number[:4]), int(number[4:])
    else:
        year, serial = int(number[:2]), int(number[2:])
        year += 1900 if year >= 78 else 2000
    if year >= 2004:
        return f"{year}{serial:06d}"
    long = year == 2003 or (year == 2002 and serial >= 51000) or serial > 99999
    return f"{year % 100:02d}{serial:06d}" if long else f"{year % 100:02d}{serial:05d}"


def _australian(number: str, kind: str) -> str:
    """Before mid 2002: serial and two digits of the year. Lens writes these the other way round (`2002/010074`)."""
    if len(number) == 10 and number.isdecimal() and number[4] == "0" and 1900 <= int(number[:4]) <= 2002:
        return f"{int(number[4:]):05d}{number[2:4]}"
    return number


def _korean(number: str, kind: str) -> str:
    """`10-2025-0062269` loses its right type, `10-1928417-0000` its zeros; the kind tells which of the two it is."""
    if len(number) == 13 and number.isdecimal() and number[:2] in ("10", "20", "30"):
        if number.endswith("0000") and (kind[:1] in ("B", "Y", "C") or not 1945 <= int(number[2:6]) <= 2100):
            return number[:9]
        return number[2:]
    return number


def _korean_kind(number: str) -> str:
    """The kind of a Korean application publication, whose number says its right type when it is written in full."""
    digits = _SEPARATORS.sub("", number)
    if len(digits) == 13 and digits.isdecimal() and 1945 <= int(digits[2:6]) <= 2100:
        return {"10": "A", "20": "U"}.get(digits[:2], "")
    return ""


_RULES: dict[str, Callable[[str, str], str]] = {
    "US": _american,
    "EP": _european,
    "DE": _german,
    "WO": _international,
    "AU": _australian,
    "KR": _korean,
}
