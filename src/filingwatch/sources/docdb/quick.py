"""Quick looks into a record by compiled paths: what the stream asks of every record, wanted or not.

They follow the ordinary form of DOCDB, in which a record's own elements carry one namespace. What they find nothing of
is asked again by `reading`, which knows every form. Pure.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from lxml import etree

from filingwatch.sources.docdb.reading import own_text
from filingwatch.sources.safe_xml import Element

_TEXTS = "{p}bibliographic-data/{p}invention-title | {p}abstract"
_COOPERATIVE = "string({p}bibliographic-data/{p}patent-classifications)"
_INTERNATIONAL = "string({p}bibliographic-data/{p}classifications-ipcr)"
_FILED = "string({p}bibliographic-data/{p}application-reference[@data-format='docdb']/document-id/date)"
_MEMBERS = "{p}patent-family//{p}publication-reference//date/text()"


def peek_texts(record: Element) -> list[str]:
    """Titles and abstracts as `own_text` gives them, but for their blanks."""
    return [_plain_text(element) for element in _look(record, _TEXTS)]


def peek_classes(record: Element) -> str:
    """All that stands in the classifications in one chain without blanks: symbols among versions and offices."""
    return "".join(f"{_look(record, _COOPERATIVE)} {_look(record, _INTERNATIONAL)}".split())


def peek_filing_date(record: Element) -> str:
    """The filing date as written; empty when it is not in its ordinary place."""
    return _look(record, _FILED)


def peek_member_dates(record: Element) -> list[str]:
    """The days, as written, on which members of the family were published, where the record gives them."""
    return _look(record, _MEMBERS)


def _plain_text(element: Element) -> str:
    if not len(element):
        return element.text or ""
    only = element[0]
    if len(element) == 1 and not len(only) and isinstance(only.tag, str) and only.tag.rpartition("}")[2] == "p":
        return only.text or ""
    return own_text(element)


def _look(record: Element, path: str) -> Any:
    tag = record.tag
    return _compile(path, tag[1 : tag.index("}")] if tag[0] == "{" else "")(record)


@lru_cache(maxsize=64)
def _compile(path: str, namespace: str) -> etree.XPath:
    """Compiled for one namespace: asking each node for its local name costs twice as much."""
    if not namespace:
        return etree.XPath(path.replace("{p}", ""), smart_strings=False)
    return etree.XPath(path.replace("{p}", "x:"), namespaces={"x": namespace}, smart_strings=False)
