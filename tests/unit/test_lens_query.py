"""The watches' question as Lens understands it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from filingwatch.errors import Terminal
from filingwatch.sources.base import Query, Window
from filingwatch.sources.lens import query as lens_query
from filingwatch.sources.lens.query import Question, build_questions, first_body, next_body, write_class
from tests.fake_offices.holdings import Holding, invent_holdings
from tests.fake_offices.lens_query import compile_query

DAY = dt.date(2026, 11, 22)
WEEK = Window(dt.date(2026, 11, 16), dt.date(2026, 11, 23))


def find(query: Query, holdings: list[Holding]) -> set[str]:
    """What a strict reader of the search language finds by all questions of a query, over all days."""
    found = set()
    for question in build_questions(query):
        body = first_body(question, "date_published", Window(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), 100)
        test = compile_query(body["query"], body["language"])
        found |= {str(held.publication) for held in holdings if test(held, DAY)}
    return found


def hold(title: str, title_zh: str | None = None, cpc: str = "A47J 27/21") -> Holding:
    (one,) = invent_holdings(1, 1, WEEK.start, WEEK.last, office="CN", matching=0.0)
    return replace(one, title=title, title_zh=title_zh, abstract=None, cpc=(cpc,), ipc=(), amended_on=None)


def test_words_of_both_languages_are_asked_each_in_its_own() -> None:
    """A Chinese term finds a Chinese title, an English one an English title, whatever stands beside them."""
    holdings = [hold("Quay crane", "码头起重机"), hold("Lantern post"), hold("Kettle", "水壶")]
    query = Query(DAY, terms=("码头起重机", "lantern post"))
    assert [question.language for question in build_questions(query)] == ["EN", "ZH"]
    assert find(query, holdings[:1]) and find(query, holdings[1:2])
    assert not find(query, holdings[2:])


@pytest.mark.parametrize(
    "term", ['say "now"', "a/b+c", "tilde~ and {brace}", "one (two) [three]", "back\\slash", "OR", "a && b"]
)
def test_reserved_characters_are_taken_as_text(term: str) -> None:
    """A term with every character that means something to the search still finds its own text, and only that."""
    query = Query(DAY, terms=(term,))
    assert find(query, [hold(f"Kettle with {term} inside")])
    assert not find(query, [hold("Kettle with nothing inside")])


def test_angle_brackets_cannot_be_escaped_and_become_blanks() -> None:
    """`<` and `>` have no escape in this language."""
    (question,) = build_questions(Query(DAY, terms=("height <5 m>",)))
    assert "<" not in question.words and ">" not in question.words
    with pytest.raises(Terminal, match="neither a term nor a class"):
        build_questions(Query(DAY, terms=("<>", " ")))


@pytest.mark.parametrize(
    ("symbol", "inside", "outside"),
    [
        ("G08B 13/196", "G08B 13/19602", "G08B 13/20"),
        ("G10L 17", "G10L 17/02", "G10L 171/02"),
        ("G06V", "G06V 20/52", "G06T 7/00"),
    ],
)
def test_a_class_brings_what_lies_below_it(symbol: str, inside: str, outside: str) -> None:
    """The same symbols count as within a class as in the rule of relevance."""
    query = Query(DAY, classes=(symbol,))
    assert find(query, [hold("x", cpc=symbol if "/" in symbol else inside)])
    assert find(query, [hold("x", cpc=inside)])
    assert not find(query, [hold("x", cpc=outside)])


def test_the_slash_of_a_class_is_escaped() -> None:
    """A bare slash would begin a regular expression."""
    assert write_class("G06V 20/52") == "G06V20\\/52*"


def test_a_window_is_half_open_for_us_and_inclusive_for_lens() -> None:
    """The last day asked for is the one before the end of the window."""
    body = first_body(Question("EN", 'title:("x")'), "created", WEEK, 100)
    assert {"range": {"created": {"gte": "2026-11-16", "lte": "2026-11-22"}}} in body["query"]["bool"]["must"]


def test_offices_narrow_a_search_and_none_means_all() -> None:
    """The condition on the office is there exactly when the watch names offices."""
    query = Query(DAY, terms=("lantern",), offices=("DE", "US"))
    assert not find(query, [hold("Lantern")])
    assert find(Query(DAY, terms=("lantern",), offices=("CN",)), [hold("Lantern")])
    assert find(Query(DAY, terms=("lantern",)), [hold("Lantern")])


def test_include_goes_with_every_page() -> None:
    """The next pages ask for the same parts as the first; citations and full texts are never among them."""
    first = first_body(Question("EN", "x"), "created", WEEK, 100)
    assert next_body("id")["include"] == first["include"]
    assert not {"biblio", "claims", "description", "biblio.references_cited"} & set(first["include"])


def test_many_terms_become_several_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    """No search holds more terms than the engine takes, none is left out, and the classes are asked for once."""
    monkeypatch.setattr(lens_query, "MOST_TERMS", 3)
    terms = tuple(f"word {place} here" for place in range(7))
    questions = build_questions(Query(DAY, terms=terms, classes=("G08B 13/196",)))
    assert len(questions) == 3
    assert [question.words.count("G08B") for question in questions] == [2, 0, 0]
    assert all(sum(f'"{term}"' in question.words for question in questions) == 1 for term in terms)


def test_what_was_brought_is_left_out_up_to_what_lens_takes() -> None:
    """A second search of a day asks for the rest; a list that is too long loses its oldest names."""
    names = [str(place) for place in range(10_001)]
    body = first_body(Question("EN", "x"), "created", WEEK, 100, names)
    (never,) = body["query"]["bool"]["must_not"]
    assert never["terms"]["lens_id"] == names[1:]
    assert "must_not" not in first_body(Question("EN", "x"), "created", WEEK, 100)["query"]["bool"]
