"""The sources' spellings turned into our normal forms: numbers, kinds, dates, languages, class symbols.

Pure functions from text to values of `filing`. Here belongs every rule about how offices and databases spell things;
which column of which file holds them belongs to the sources. A spelling that cannot be understood raises
NormalFormError; a normal form put through its own function comes back unchanged.
"""

from filingwatch.normalform.applications import (
    Application,
    application_year,
    chinese_check_digit,
    parse_application,
    parse_priority,
)
from filingwatch.normalform.dates import parse_date
from filingwatch.normalform.errors import NormalFormError
from filingwatch.normalform.kinds import PatentType, chinese_kind, kind_meaning, patent_type
from filingwatch.normalform.languages import choose_language, detect_language, parse_language
from filingwatch.normalform.offices import OFFICES, parse_office
from filingwatch.normalform.publications import parse_doc_key, parse_publication
from filingwatch.normalform.symbols import parse_symbol

__all__ = [
    "OFFICES",
    "Application",
    "NormalFormError",
    "PatentType",
    "application_year",
    "chinese_check_digit",
    "chinese_kind",
    "choose_language",
    "detect_language",
    "kind_meaning",
    "parse_application",
    "parse_date",
    "parse_doc_key",
    "parse_language",
    "parse_office",
    "parse_priority",
    "parse_publication",
    "parse_symbol",
    "patent_type",
]
