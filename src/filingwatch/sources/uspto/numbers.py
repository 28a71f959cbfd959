"""How this office spells: application numbers, grant numbers and their kinds, names of other offices.

The record must meet those of other feeds, so application numbers take the form that DOCDB gives them. That form is
inferred from DOCDB data of 1974 to 2016, not documented: from series 13 on the year of filing stands before the whole
number (`18123987` filed in 2024 is `202418123987`); up to series 12 the two digits of the year stand behind the serial
number without its zeros (`12000450` filed in 2007 is `45007`). Designs and provisionals changed around the turn of
2010 to 2011. A national stage counts from the year of its international filing.
"""

from __future__ import annotations

import datetime as dt
import re

from filingwatch.filing import ApplicationId, PublicationId
from filingwatch.normalform import Application, NormalFormError, parse_application, parse_publication

REEXAMINATIONS = ("90", "95", "96")
"""Series of requests to examine a patent once more: a file of its own, but nothing that was filed as an invention."""

_NEW_UTILITY_SERIES = 13
_DESIGNS = ("29", "35")
_PROVISIONALS = ("60", "61", "62", "63", "64")
_DESIGNS_CHANGED = dt.date(2011, 1, 1)
_PROVISIONALS_CHANGED = dt.date(2010, 12, 13)
_KINDS_BEGAN = dt.date(2001, 1, 2)  # grants before carry the kind A
_PATENT = re.compile(r"(D|PP|RE|H|T|AI|X)?0*(\d{1,8})")
_PREFIX_BY_TYPE = {
    "DES": "D",
    "DESIGN": "D",
    "PLT": "PP",
    "PLANT": "PP",
    "REI": "RE",
    "REISSUE": "RE",
    "RE-ISSUE": "RE",
}


def read_application_number(text: str, filed: dt.date | None) -> ApplicationId:
    """An application of this office, or an international one, in DOCDB form; without its date as the office writes it.

    Raises:
        NormalFormError: `missing_number` or `bad_number`.
    """
    digits = re.sub(r"[\s/,]", "", text)
    if not re.fullmatch(r"\d{8}", digits):
        return parse_application(text, office="US" if text[:1].isdecimal() else None).id
    if filed is None:
        return ApplicationId("US", digits)
    if _is_long_form(digits[:2], filed):
        return ApplicationId("US", f"{filed.year}{digits}")
    return ApplicationId("US", f"{int(digits[2:])}{filed.year % 100:02d}")


def read_foreign_number(text: str, office: str) -> Application:
    """An application at another office, as this one writes it.

    A European check digit (`211000017`) and the Korean type of right (`10-2021-0000017`) stand among the digits here
    and are taken out.

    Raises:
        NormalFormError: `missing_number` or `bad_number`.
    """
    digits = re.sub(r"[\s./-]", "", text)
    if office == "EP" and re.fullmatch(r"\d{9}", digits):
        return parse_application(digits[:8], office=office)
    if office == "KR" and re.fullmatch(r"[123]0\d{11}", digits):
        return parse_application(digits[2:], office=office)
    return parse_application(text, office=office)


def _is_long_form(series: str, filed: dt.date) -> bool:
    if series in _DESIGNS:
        return filed >= _DESIGNS_CHANGED
    if series in _PROVISIONALS:
        return filed >= _PROVISIONALS_CHANGED
    return int(series) >= _NEW_UTILITY_SERIES


def read_grant(number: str, kind_of_application: str, granted: dt.date, was_published: bool) -> PublicationId:
    """The publication id of a grant; its kind is inferred, since the portal does not give it.

    The letters before the number, or else the type of the application, tell designs (S1), plants, reissues (E1) and
    statutory registrations (H1) from utility patents. A utility patent is B2 and a plant patent P3 when the application
    had been published before, B1 and P2 when not.

    Raises:
        NormalFormError: `bad_number`.
    """
    found = _PATENT.fullmatch(re.sub(r"[\s,.-]", "", number.upper()).removeprefix("US"))
    if found is None:
        raise NormalFormError("bad_number", f"{number!r} is not the number of a United States patent")
    prefix = found[1] or _PREFIX_BY_TYPE.get(kind_of_application.upper(), "")
    match prefix:
        case "":
            kind = "A" if granted < _KINDS_BEGAN else "B2" if was_published else "B1"
        case "PP":
            kind = "P3" if was_published else "P2"
        case "D":
            kind = "S1"
        case "RE":
            kind = "E1"
        case "H":
            kind = "H1"
        case _:
            raise NormalFormError("bad_number", f"{number!r} is of a series that has not been given since 2001")
    return parse_publication(prefix + found[2], office="US", kind=kind)


def office_of(name: str) -> str | None:
    """The code of an office or state that the portal names in capitals; None for a name that is not known."""
    plain = re.sub(r"[^A-Z]+", " ", name.upper()).strip()
    return _OFFICES.get(plain)


_OFFICES = {
    name: code
    for code, names in {
        "AT": ("AUSTRIA",),
        "AU": ("AUSTRALIA",),
        "BE": ("BELGIUM",),
        "BR": ("BRAZIL",),
        "CA": ("CANADA",),
        "CH": ("SWITZERLAND",),
        "CN": ("CHINA", "PEOPLE S REPUBLIC OF CHINA", "CHINA PEOPLE S REPUBLIC OF"),
        "CZ": ("CZECH REPUBLIC", "CZECHIA"),
        "DE": ("GERMANY", "FEDERAL REPUBLIC OF GERMANY"),
        "DK": ("DENMARK",),
        "EM": ("EUROPEAN UNION INTELLECTUAL PROPERTY OFFICE EUIPO", "EUROPEAN UNION", "OHIM"),
        "EP": ("EUROPEAN PATENT OFFICE EPO", "EUROPEAN PATENT OFFICE", "EUROPEAN PATENT CONVENTION"),
        "ES": ("SPAIN",),
        "FI": ("FINLAND",),
        "FR": ("FRANCE",),
        "GB": ("UNITED KINGDOM", "GREAT BRITAIN", "UNITED KINGDOM OF GREAT BRITAIN AND NORTHERN IRELAND"),
        "HK": ("HONG KONG",),
        "HU": ("HUNGARY",),
        "IB": ("WORLD INTELLECTUAL PROPERTY ORGANIZATION WIPO", "INTERNATIONAL BUREAU OF WIPO"),
        "IE": ("IRELAND",),
        "IL": ("ISRAEL",),
        "IN": ("INDIA",),
        "IT": ("ITALY",),
        "JP": ("JAPAN",),
        "KR": ("REPUBLIC OF KOREA", "KOREA REPUBLIC OF", "KOREA", "SOUTH KOREA"),
        "LU": ("LUXEMBOURG",),
        "MX": ("MEXICO",),
        "MY": ("MALAYSIA",),
        "NL": ("NETHERLANDS",),
        "NO": ("NORWAY",),
        "NZ": ("NEW ZEALAND",),
        "PL": ("POLAND",),
        "PT": ("PORTUGAL",),
        "RU": ("RUSSIAN FEDERATION", "RUSSIA"),
        "SE": ("SWEDEN",),
        "SG": ("SINGAPORE",),
        "TH": ("THAILAND",),
        "TR": ("TURKEY", "TURKIYE"),
        "TW": ("TAIWAN", "TAIWAN PROVINCE OF CHINA", "TAIWAN REPUBLIC OF CHINA"),
        "UA": ("UKRAINE",),
        "US": ("UNITED STATES", "UNITED STATES OF AMERICA"),
        "VN": ("VIET NAM", "VIETNAM"),
        "ZA": ("SOUTH AFRICA",),
    }.items()
    for name in names
}
