"""Application and priority numbers: what was filed, in one form per office, without check digit.

The number alone must tell applications of one office apart. Where an office counts inventions and utility models
separately the kind letter stays behind the number; an international application stands under WO with the receiving
office before its number (`WO` `JP2007059822`), whatever way it was written.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from filingwatch.filing import ApplicationId, Priority
from filingwatch.normalform.dates import parse_date
from filingwatch.normalform.errors import NormalFormError
from filingwatch.normalform.offices import OFFICES


class Application(NamedTuple):
    """An application and, where its spelling is doubtful but usable, what is doubtful about it."""

    id: ApplicationId
    warning: str | None = None


# Kinds whose letter may go because the number itself tells them apart.
_TOLD_BY_NUMBER = {"CN": "AUFSDYZ", "DE": "AUF", "TW": "AUF", "US": "AFP", "EP": "A"}
_PCT = re.compile(r"PCT[/ -]?([A-Z]{2})[/ -]?(\d{2}|\d{4})[/ -]?(\d{5,6})")
_SPLIT = re.compile(r"(.*\d[A-Z]?)[-_ ]+([A-Z]\d?)|(.*\d)([A-Z]\d?)")
_NUMBER = re.compile(r"[A-Z]{0,4}\d[A-Z0-9]{0,23}")
_SEPARATORS = re.compile(r"[\s,/_-]+")
_CHINESE = re.compile(r"((?:8[5-9]|9\d|0[0-3])[12389]\d{5}|20\d{2}[12389]\d{7})(?:\.?([0-9X]))?")
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def parse_application(text: str, *, office: str | None = None, kind: str | None = None) -> Application:
    """The application that a text names: `ZL202010566088.9`, `US 201916724310 A`, `PCT/JP2007/059822`, `AT 33585 A`.

    `office` and `kind` say what the source gives in other columns. A Chinese check digit is left out; a wrong one is
    a warning, since people mistype it more often than the number.

    Raises:
        NormalFormError: `missing_number`, `unknown_office` or `bad_number`.
    """
    plain = (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip().upper()
    if not plain:
        raise NormalFormError("missing_number", "there is no application number")
    if found := _PCT.fullmatch(plain):
        return Application(_international(found[1], found[2] + found[3]))
    code, rest = _split_office(plain, text, office)
    letter = (kind or "").strip().upper()[:1]
    if not letter and code == "WO" and re.fullmatch(r"[A-Z]{2}\d{10}", rest):
        return Application(ApplicationId("WO", rest))
    if code == "CN" and letter != "W" and (found := _CHINESE.fullmatch(_SEPARATORS.sub("", rest))):
        return _chinese(text, found[1], found[2])
    if not letter and (found := _SPLIT.fullmatch(rest)):
        rest, letter = (found[1], found[2][0]) if found[1] else (found[3], found[4][0])
    number = _SEPARATORS.sub("", rest)
    if letter == "W":
        return Application(_international(code, number))
    if code == "CN":
        if found := _CHINESE.fullmatch(number):
            return _chinese(text, found[1], found[2])
        raise NormalFormError("bad_number", f"{text!r} is not a Chinese application number of any era")
    number = number.replace(".", "")
    if not _NUMBER.fullmatch(number):
        raise NormalFormError("bad_number", f"{text!r} holds no application number")
    tail = "" if letter in _TOLD_BY_NUMBER.get(code, "A") else letter
    return Application(ApplicationId(code, number + tail))


def parse_priority(text: str) -> Priority:
    """A priority as Lens writes it: `FR 1051751 A 20100311`. What cannot be parsed stays in the source's form."""
    plain = " ".join(text.split())
    head, _, last = plain.rpartition(" ")
    if re.fullmatch(r"\d{8}", last) and head:
        try:
            day = parse_date(last)
            application = parse_application(head).id
            return Priority(application.number, application.office, day)
        except NormalFormError:
            return Priority(plain)
    try:
        application = parse_application(plain).id
    except NormalFormError:
        return Priority(plain)
    return Priority(application.number, application.office)


def chinese_check_digit(number: str) -> str:
    """The check digit of a Chinese application number of 8 or 12 digits: weighted sum modulo 11, ten written X."""
    remainder = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11
    return "X" if remainder == 10 else str(remainder)


def application_year(application: ApplicationId) -> int | None:
    """The year in which the number was given, for Chinese and Taiwanese numbers; None where the form does not say.

    Taiwan counts from 1911. For a national phase this is the year of entry, not of the international filing.
    """
    number = application.number
    if application.office == "CN" and number.isdecimal():
        if len(number) == 12:
            return int(number[:4])
        return int(number[:2]) + (1900 if number[:2] >= "85" else 2000) if len(number) == 8 else None
    if application.office == "TW" and number.isdecimal():
        if len(number) == 9 and number.startswith("1"):
            return int(number[:3]) + 1911
        return int(number[:2]) + 1911 if len(number) == 8 else None
    return None


def _split_office(plain: str, text: str, office: str | None) -> tuple[str, str]:
    if office is not None:
        code = office.strip().upper()
        rest = plain[2:] if plain.startswith((code, "ZL")) else plain
    else:
        code, rest = ("CN" if plain.startswith("ZL") else plain[:2]), plain[2:]
        if re.fullmatch(r"20\d{2}[12389]\d{7}\.[0-9X]", plain):  # only China writes twelve digits, a dot and a check
            code, rest = "CN", plain
    if code not in OFFICES:
        raise NormalFormError("unknown_office", f"{text!r} names no office of ST.3")
    return code, rest.lstrip(" -_")


def _chinese(text: str, number: str, check: str | None) -> Application:
    found = ApplicationId("CN", number)
    if check is None or check == chinese_check_digit(number):
        return Application(found)
    return Application(found, f"the check digit of {text!r} should be {chinese_check_digit(number)}")


def _international(receiving_office: str, number: str) -> ApplicationId:
    digits = number
    if len(digits) == 11 and digits.isdecimal() and digits[4] == "0":
        digits = digits[:4] + digits[5:]
    if len(digits) in (7, 8) and digits.isdecimal():
        year = int(digits[:2]) + (1900 if digits[:2] >= "78" else 2000)
        digits = f"{year}{int(digits[2:]):06d}"
    if receiving_office not in OFFICES or not re.fullmatch(r"\d{10}", digits):
        raise NormalFormError("bad_number", f"{receiving_office} {number} is not an international application number")
    return ApplicationId("WO", receiving_office + digits)
