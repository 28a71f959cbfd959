"""Application numbers in the epodoc form (`EP20230173822`, `WO2024US23778`) turned into those of DOCDB.

OPS gives priorities in this form only. Offices whose rule is not known for certain are left out: a number that cannot
be turned stays as OPS wrote it.
"""

from __future__ import annotations

import re

from filingwatch.filing import ApplicationId
from filingwatch.normalform import NormalFormError, parse_application

_EPODOC = re.compile(r"([A-Z]{2})(\d{4})(\d{6,9})([A-Z]?)")
_INTERNATIONAL = re.compile(r"WO(\d{4})([A-Z]{2})(\d{1,6})[A-Z]?")


def parse_epodoc(text: str) -> ApplicationId | None:
    """The application that an epodoc number names; None when its office's rule is not known."""
    plain = "".join(text.upper().split())
    if found := _INTERNATIONAL.fullmatch(plain):
        return _parse(f"PCT/{found[2]}/{found[1]}/{found[3].zfill(6)}")
    found = _EPODOC.fullmatch(plain)
    if found is None:
        return None
    office, year, serial, letter = found.groups()
    number = _docdb_number(office, int(year), serial)
    return _parse(number, office, letter or "A") if number else None


def _docdb_number(office: str, year: int, serial: str) -> str | None:
    """The serial loses its zero fill; the year is kept, shortened, counted otherwise or dropped, office by office."""
    short = f"{year % 100:02d}"
    match office:
        case "EP" if len(serial) == 7:
            return f"{short}{int(serial):06d}"
        case "US" if len(serial) == 8:  # 2011 on: series and serial, as DOCDB writes them
            return f"{year}{serial}"
        case "US" if len(serial) == 7:  # before: the serial without zeros, then the year
            return f"{int(serial)}{short}"
        case "AU" | "JP" if len(serial) == 7 and year >= 2002:
            return f"{year}{int(serial):06d}"
        case "KR" if len(serial) == 7 and year >= 2000:
            return f"{year}{serial}"
        case "CN" if len(serial) in (7, 8) and year >= 2004:  # a digit of type, then six or seven digits
            return f"{year}{serial[0]}{int(serial[1:]):07d}"
        case "TW" if len(serial) == 7 and year >= 2000:
            return f"{year - 1911}{int(serial):06d}"
        case "CA" if len(serial) == 7:
            return serial
    return None


def _parse(text: str, office: str | None = None, kind: str | None = None) -> ApplicationId | None:
    try:
        return parse_application(text, office=office, kind=kind).id
    except NormalFormError:
        return None
