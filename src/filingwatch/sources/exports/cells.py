"""Small readings that several layouts share: dates with the name of their column, lists of names, class symbols."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache

from filingwatch.filing import ApplicationId, Classification, Party, PartyRole, PublicationId, Scheme, Text
from filingwatch.normalform import NormalFormError, choose_language, parse_application, parse_date, parse_symbol
from filingwatch.sources.exports.rows import Warn

# A piece that follows a comma but is no name of its own: it belongs to the name before it.
_NAME_TAILS = frozenset(
    "ltd inc llc llp lllp lp plc co corp gmbh ag kg sa sas sarl srl spa bv nv ab oy oyj as jr sr ii iii iv md phd esq "
    "limited incorporated corporation company kk na pte pty sl sc se".split()
)


def read_date(value: str | int | float | dt.date | None, column: str) -> dt.date | None:
    """A date; the refusal says in which column it stood."""
    try:
        return parse_date(value)
    except NormalFormError as error:
        raise NormalFormError(error.code, f"{column}: {error.reason}") from error


def read_application(text: str, warn: Warn, office: str | None = None, kind: str | None = None) -> ApplicationId | None:
    """An application number, or None with a warning: a record without one still counts."""
    if not text:
        return None
    try:
        application = parse_application(text, office=office, kind=kind)
    except NormalFormError as error:
        warn("application_left_out", error.reason)
        return None
    if application.warning:
        warn("check_digit", application.warning)
    return application.id


def implied_office(application: str, publication: PublicationId) -> str | None:
    """The office of an application number that names none: that of the publication, which for PCT says nothing."""
    return None if application[:2].isalpha() or publication.office == "WO" else publication.office


@lru_cache(maxsize=1 << 17)
def _classification(scheme: Scheme, text: str) -> Classification | NormalFormError:
    try:
        symbol, version = parse_symbol(text)
    except NormalFormError as error:
        return error
    return Classification(scheme, symbol, version)


def read_classes(scheme: Scheme, symbols: Iterable[str], warn: Warn) -> list[Classification]:
    """Class symbols, each once and in order; one that cannot be read is left out with a warning."""
    found: dict[Classification, None] = {}
    for text in symbols:
        if not text.strip():
            continue
        classification = _classification(scheme, text.strip())
        if isinstance(classification, NormalFormError):
            warn("class_left_out", classification.reason)
        else:
            found[classification] = None
    return list(found)


def split_on(cell: str, separators: str) -> list[str]:
    """The non-empty parts of a cell, cut at any of these characters."""
    return [part.strip() for part in re.split(f"[{re.escape(separators)}]+", cell) if part.strip()] if cell else []


def split_double(cell: str) -> list[str]:
    """The non-empty parts of a cell of Lens, cut at `;;`."""
    return [part.strip() for part in cell.split(";;") if part.strip()] if cell else []


def split_names(cell: str) -> list[str]:
    """Names in a cell that separates them by commas, although names hold commas themselves (`Samsung Co., Ltd.`)."""
    names: list[str] = []
    for piece in cell.split(", "):
        if names and _is_tail(piece):
            names[-1] += f", {piece.strip()}"
        elif piece := piece.strip():
            names.append(piece)
    return names


@lru_cache(maxsize=1 << 16)
def _is_tail(piece: str) -> bool:
    words = piece.casefold().replace(".", "").replace(",", " ").split()
    return bool(words) and all(word in _NAME_TAILS for word in words)


def read_parties(role: PartyRole, names: Iterable[str]) -> list[Party]:
    return [Party(role, name) for name in names if name]


def read_texts(title: str, abstract: str, office: str, told: str | None = None) -> tuple[Text, ...]:
    """Title and abstract of one table row, which are in one language unless their scripts differ.

    `told` is the language that the source gives; without it the abstract settles the title's language where the title
    is too short to tell.
    """
    texts: list[Text] = []
    abstract_language = choose_language(told, abstract, office) if abstract else None
    if title:
        language = choose_language(told or abstract_language, title, office)
        texts.append(Text("title", title, language))
    if abstract:
        texts.append(Text("abstract", abstract, abstract_language))
    return tuple(texts)
