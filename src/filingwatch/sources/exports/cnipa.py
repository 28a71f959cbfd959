"""Exports of the Chinese office and of services on its data, whose columns go by many names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from filingwatch.filing import Filing, Priority, PublicationId
from filingwatch.normalform import NormalFormError, chinese_kind, parse_publication
from filingwatch.sources.exports.cells import (
    implied_office,
    read_application,
    read_classes,
    read_date,
    read_parties,
    read_texts,
    split_on,
)
from filingwatch.sources.exports.rows import Columns, Layout, Row, Unit, Warn, each_row

_EITHER_NUMBER = ("公开(公告)号", "公布(公告)号", "公开公告号")
_APPLICATION_NUMBER, _GRANT_NUMBER = ("公开号", "公布号"), ("授权公告号", "公告号")
_EITHER_DATE = ("公开(公告)日", "公布(公告)日", "公开公告日", "公开(公告)日期")
_APPLICATION_DATE, _GRANT_DATE = ("公开日", "公布日"), ("授权公告日", "公告日", "授权日")
_TITLE = ("名称", "发明名称", "专利名称", "标题")
_SEPARATORS = ";；\n|"


def _bind(columns: Columns, warn: Warn) -> Callable[[Iterator[Row]], Iterator[Unit]]:
    read = columns.reader
    either, application_number, grant_number = read(*_EITHER_NUMBER), read(*_APPLICATION_NUMBER), read(*_GRANT_NUMBER)
    either_date, application_date, grant_date = read(*_EITHER_DATE), read(*_APPLICATION_DATE), read(*_GRANT_DATE)
    application, filed = read("申请号"), read("申请日", "申请日期")
    title, abstract, type_words = read(*_TITLE), read("摘要"), read("专利类型", "类型")
    applicants = read("申请(专利权)人", "申请人", "专利权人")
    owners, inventors = read("当前权利人", "当前专利权人"), read("发明人", "发明(设计)人")
    main_class, classes, cpc = read("主分类号", "IPC主分类号"), read("分类号", "IPC分类号"), read("CPC分类号")
    priorities, priority_day = read("优先权", "优先权号"), read("优先权日")
    agency, agent = read("代理机构", "专利代理机构"), read("代理人")

    def locate(cells: Sequence[str]) -> tuple[str, dt.date | None, bool]:
        """The number that names this row, its date, and whether it is a grant."""
        granted = read_date(grant_date(cells), "授权公告日")
        shared = read_date(either_date(cells), "公开(公告)日")
        if either(cells):
            return either(cells), shared or read_date(application_date(cells), "公开日") or granted, False
        if application_number(cells):
            return application_number(cells), read_date(application_date(cells), "公开日") or shared, False
        return grant_number(cells), granted or shared, True

    def interpret(cells: Sequence[str]) -> Filing:
        number, published, is_grant = locate(cells)
        publication = _parse_number(number, type_words(cells), published, is_grant)
        return Filing(
            publication=publication,
            original_number=number,
            publication_date=published,
            application=read_application(application(cells), warn, implied_office(application(cells), publication)),
            filing_date=read_date(filed(cells), "申请日"),
            earliest_priority_date=read_date(priority_day(cells), "优先权日"),
            grant_date=read_date(grant_date(cells), "授权公告日"),
            priorities=tuple(Priority(part) for part in split_on(priorities(cells), _SEPARATORS)),
            texts=read_texts(title(cells), abstract(cells), publication.office),
            parties=(
                *read_parties("applicant", split_on(applicants(cells), _SEPARATORS)),
                *read_parties("inventor", split_on(inventors(cells), _SEPARATORS)),
                *read_parties("owner", split_on(owners(cells), _SEPARATORS)),
                *read_parties("agent", split_on(agency(cells), _SEPARATORS) + split_on(agent(cells), _SEPARATORS)),
            ),
            classifications=(
                *read_classes("ipc", split_on(f"{main_class(cells)};{classes(cells)}", _SEPARATORS + ","), warn),
                *read_classes("cpc", split_on(cpc(cells), _SEPARATORS + ","), warn),
            ),
        )

    return each_row(interpret)


def _parse_number(number: str, type_words: str, published: dt.date | None, is_grant: bool) -> PublicationId:
    """The number with its kind; where it has none the type in words and the era give it."""
    office = None if number[:2].isalpha() and number[:2].isascii() else "CN"
    publication = parse_publication(number, office=office, needs_kind=False)
    kind = publication.kind or chinese_kind(type_words, published, is_grant=is_grant)
    if not kind:
        reason = f"{number!r} has no kind code, and the type {type_words!r} does not tell it"
        raise NormalFormError("missing_kind", reason)
    return PublicationId(publication.office, publication.number, kind)


LAYOUT = Layout(
    "cnipr-csv",
    frozenset({"申请号"}),
    _bind,
    one_of=(frozenset({*_EITHER_NUMBER, *_APPLICATION_NUMBER, *_GRANT_NUMBER}), frozenset(_TITLE)),
)
