"""One quick look into a record: what the stream asks of every one, wanted or not, in as few steps as possible.

It follows the ordinary form of DOCDB, in which a record's own elements carry one namespace and the inner ones none.
What it finds nothing of is asked again by `reading`, which knows every form. Pure.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from filingwatch.sources.docdb.reading import own_text
from filingwatch.sources.safe_xml import Element


class Sight(NamedTuple):
    """What decides about a record.

    Titles and abstracts as `own_text` gives them but for their blanks; all that stands in the classes; the filing date
    and the days on which members of the family were published, as written (empty where they are not in their place).
    """

    texts: list[str]
    classes: str
    filed: str
    member_days: list[str]


class _Names(NamedTuple):
    biblio: str
    title: str
    cooperative: str
    international: str
    application: str
    abstract: str
    family: str
    publication: str


def look(record: Element) -> Sight:
    """What a record shows at first sight."""
    names = _names(record.tag)
    texts: list[str] = []
    days: list[str] = []
    classes = filed = ""
    for part in record.iterchildren(names.biblio, names.abstract, names.family):
        name = part.tag
        if name == names.abstract:
            texts.append(_plain_text(part))
        elif name == names.family:
            days += [date.text or "" for date in part.iter("date") if _is_inside(date, names.publication)]
        else:
            for piece in part.iterchildren(names.title, names.cooperative, names.international, names.application):
                name = piece.tag
                if name == names.title:
                    texts.append(_plain_text(piece))
                elif name != names.application:
                    classes += etree.tostring(piece, method="text", encoding="unicode", with_tail=False)
                elif not filed and piece.get("data-format") == "docdb":
                    filed = next((date.text or "" for date in piece.iter("date")), "")
    if not texts and not classes and len(record):
        return _search(record)
    return Sight(texts, classes, filed, days)


def _search(record: Element) -> Sight:
    """The same from a record in another form, wherever its parts stand; dates are left to `reading`."""
    texts = [own_text(element) for element in record.iter("{*}invention-title", "{*}abstract")]
    lists = record.iter("{*}patent-classifications", "{*}classifications-ipcr")
    return Sight(texts, "".join("".join(element.itertext()) for element in lists), "", [])


def _plain_text(element: Element) -> str:
    if not len(element):
        return element.text or ""
    only = element[0]
    if len(element) == 1 and not len(only) and isinstance(only.tag, str) and only.tag.rpartition("}")[2] == "p":
        return only.text or ""
    return own_text(element)


def _is_inside(element: Element, name: str) -> bool:
    return next(element.iterancestors(name), None) is not None


@lru_cache(maxsize=16)
def _names(tag: str) -> _Names:
    """The names of a record's own elements, in the namespace of the record."""
    space = tag[: tag.index("}") + 1] if tag.startswith("{") else ""
    return _Names(
        space + "bibliographic-data",
        space + "invention-title",
        space + "patent-classifications",
        space + "classifications-ipcr",
        space + "application-reference",
        space + "abstract",
        space + "patent-family",
        space + "publication-reference",
    )
