"""The watch as a search of the USPTO portal: quoting, classes in every spelling, windows, what is not asked."""

from __future__ import annotations

import datetime as dt

import pytest

from filingwatch.sources.base import Query, Window
from filingwatch.sources.uspto.query import FIELDS, PASSES, build_words, escape, search_body
from tests.fake_offices.uspto_query import NotUnderstood, matches

DAY = dt.date(2026, 11, 5)


def ask(*, terms: tuple[str, ...] = (), classes: tuple[str, ...] = ()) -> str:
    return build_words(Query(DAY, terms, classes)).text


def answers(question: str, title: str = "", symbols: tuple[str, ...] = ()) -> bool:
    record = {"applicationMetaData": {"inventionTitle": title, "cpcClassificationBag": list(symbols)}}
    return matches(record, {"q": question})


def test_terms_are_phrases_and_found_in_the_plural_too() -> None:
    """Unquoted words would be looked for one by one; the watch's rule counts a plain plural as a hit."""
    question = ask(terms=("street lantern",))
    assert question == 'applicationMetaData.inventionTitle:("street lantern" OR "street lanterns")'
    assert answers(question, "STREET LANTERNS AND THEIR USE")
    assert not answers(question, "LANTERN FOR A STREET")


def test_terms_and_classes_are_alternatives() -> None:
    """Titles say little: a filing of the class counts whatever it is called, and the other way round."""
    question = ask(terms=("street lantern",), classes=("G08B 13/196",))
    assert answers(question, "Street lantern", ("A47J  27/21",))
    assert answers(question, "Kettle", ("G08B  13/196",))
    assert not answers(question, "Kettle", ("A47J  27/21",))


@pytest.mark.parametrize("term", ['12" lamp', "lamp \\ post", "AND (OR", "a:b*", "x^2 ~ {y}", "lamp/post", "[1 TO 2]"])
def test_signs_of_the_language_are_plain_inside_a_term(term: str) -> None:
    """Whatever a watch's author writes is looked for, and never read as an operator or an unfinished quote."""
    question = ask(terms=(term, "street lantern"))
    assert answers(question, f"A {term} of brass")
    assert answers(question, "street lantern")
    assert not answers(question, "something else")


@pytest.mark.parametrize(
    ("wanted", "inside", "outside"),
    [
        ("G08B", ("G08B  13/196", "G08B2001/085"), ("G08C  13/196",)),
        ("G08B 13/196", ("G08B  13/196", "G08B  13/19602", "G08B13/19602"), ("G08B  13/19", "G08B 113/196")),
        ("G06N 3/08", ("G06N   3/08", "G06N   3/084", "G06N3/08"), ("G06N  30/08", "G06N   3/04")),
        ("G06V 20", ("G06V  20/52", "G06V20/00"), ("G06V   2/00", "G06V 200/00")),
        ("h", ("H04N   7/18",), ("G08B  13/196",)),
    ],
)
def test_a_class_finds_what_lies_below_it(wanted: str, inside: tuple[str, ...], outside: tuple[str, ...]) -> None:
    """In the padded form of the portal, and without padding as older records have it; nothing beside it."""
    question = ask(classes=(wanted,))
    assert all(answers(question, symbols=(symbol,)) for symbol in inside)
    assert not [symbol for symbol in outside if answers(question, symbols=(symbol,))]


def test_what_cannot_be_asked_is_named() -> None:
    """Terms that are not English and classes that are none are left out, and the notes of the pages name them."""
    words = build_words(Query(DAY, ("智慧城市", "smart city", "---"), ("G08B", "smart")))
    assert words.not_asked == ("智慧城市", "---", "smart")
    assert "smart city" in words.text and "智慧" not in words.text
    assert build_words(Query(DAY, ("智慧城市",), ())).text == ""


def test_a_window_becomes_an_inclusive_range() -> None:
    """The portal includes the last day of a range; a window ends before its end."""
    body = search_body("q", PASSES[1].field, Window(DAY, DAY + dt.timedelta(days=7)), 200, 100)
    assert body["rangeFilters"] == [
        {"field": "applicationMetaData.grantDate", "valueFrom": "2026-11-05", "valueTo": "2026-11-11"}
    ]
    assert body["sort"] == [{"field": "applicationMetaData.grantDate", "order": "asc"}]
    assert body["pagination"] == {"offset": 200, "limit": 100}
    assert body["fields"] == list(FIELDS)


def test_escaping_touches_signs_only() -> None:
    assert escape("G06N   3/08") == "G06N\\ \\ \\ 3\\/08"


def test_the_fake_refuses_what_it_does_not_know() -> None:
    """Otherwise a question with a mistake would be answered with nothing, and nobody would see it."""
    for question in (
        "title:(x)",
        'applicationMetaData.inventionTitle:("open)',
        "applicationMetaData.inventionTitle:(a b)",
    ):
        with pytest.raises(NotUnderstood):
            matches({}, {"q": question})
