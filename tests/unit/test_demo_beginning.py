"""The subject that begins in a demo world made with one: nothing else moves, and the truth says what was planted."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest
from source_battery import check_source, read_all

from filingwatch.relevance.rule import Rule, find_hits
from filingwatch.resources import shipped_watches
from filingwatch.sources.base import Query
from filingwatch.sources.demo import DemoOffice, truth
from filingwatch.sources.demo.acts import Act
from filingwatch.sources.demo.compose import describe_act
from filingwatch.sources.demo.world import World, list_acts
from filingwatch.watch import read_watch

BORN = dt.date(2026, 11, 22)
BEGINS = dt.date(2025, 9, 1)


@cache
def acts_of(begins: dt.date | None, seed: int = 2015) -> tuple[Act, ...]:
    return tuple(list_acts(World(seed, BORN, 1.0, begins), dt.date(2024, 6, 1), BORN))


def of_it(acts: tuple[Act, ...]) -> list[Act]:
    return [act for act in acts if act.invention.field.name == truth.BEGINNING_FIELD]


def test_nothing_else_moves() -> None:
    """Without its filings a world with a beginning is the world without, to the last number and word."""
    rest = tuple(act for act in acts_of(BEGINS) if act.invention.field.name != truth.BEGINNING_FIELD)
    assert rest == acts_of(None)
    assert of_it(acts_of(BEGINS)) and not of_it(acts_of(None))


def test_it_begins_in_its_month_and_is_the_same_for_ever() -> None:
    """Nobody files it before, some seven file it in its first month, and the same seed gives the same filings."""
    acts = of_it(acts_of(BEGINS))
    assert min(act.filed for act in acts if act.filed) >= BEGINS
    assert of_it(tuple(list_acts(World(2015, BORN, 1.0, BEGINS), dt.date(2024, 6, 1), BORN))) == acts
    until = list_acts(World(2015, BORN, 1.0, BEGINS), dt.date(2024, 6, 1), dt.date(2026, 8, 1))
    assert of_it(tuple(until)) == [act for act in acts if act.told_on <= dt.date(2026, 8, 1)]
    later = World(2015, dt.date(2030, 1, 1), 1.0, BEGINS)
    filed = {str(act.application) for act in of_it(tuple(list_acts(later, None, dt.date(2030, 1, 1))))}
    assert len(filed) > 5 * 12


def test_its_numbers_are_its_own() -> None:
    """No other filing has a publication number of it."""
    ours = {str(act.publication) for act in of_it(acts_of(BEGINS))}
    assert not ours & {str(act.publication) for act in acts_of(None)}


def test_every_filing_of_it_has_a_term_of_the_watch_and_new_words() -> None:
    """Relevance by rule finds it, and its words are said of nothing else."""
    watch, planted = read_watch(shipped_watches() / "smart_cities.yaml"), truth.planted_topic(BEGINS)
    assert planted is not None and truth.planted_topic(None) is None
    rule = Rule(
        tuple(term.term for term in watch.include),
        tuple(term.term for term in watch.exclude),
        unless=tuple((term.term, term.unless) for term in watch.include),
    )
    for act in of_it(acts_of(BEGINS)):
        text = "\n".join(part.text for part in describe_act(act).texts).lower()
        found = find_hits(rule, text, ())
        assert found.include and not found.exclude
        assert any(word in text for word in planted.words), text
    others = "\n".join(part.text for act in acts_of(None)[:1500] for part in describe_act(act).texts).lower()
    assert not any(word in others for word in planted.words), text


def test_pages_are_those_of_a_source() -> None:
    """The protocol holds with a beginning as without; the request says which world was asked."""
    office = DemoOffice(seed=7, scale=0.04, page_size=25, begins=BEGINS)
    check_source(office)
    pages = read_all(office, Query(as_of=BORN), None)
    assert {page.request["begins"] for page in pages} == {"2025-09-01"}
    assert "begins" not in read_all(DemoOffice(seed=7, scale=0.04), Query(as_of=BORN), None)[0].request


@pytest.mark.parametrize("seed", range(3))
def test_the_tenth_filing_is_published_within_a_year(seed: int) -> None:
    """Early enough to be looked for: the early ones appear from three months on."""
    days = sorted({str(a.application): a.told_on for a in reversed(of_it(acts_of(BEGINS, seed)))}.values())
    assert days[9] < BEGINS + dt.timedelta(days=365)
