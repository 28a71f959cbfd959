"""How many topics: planted numbers are found in two languages, the same way each time, with what was measured."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from invented_filings import invent

from filingwatch.texts import Texts
from filingwatch.topics.choosing import CANDIDATES, NEARLY, Choice, choose_count
from filingwatch.topics.model import TopicSettings
from filingwatch.topics.modelling import FILING_SCHEMA, TOPIC_SCHEMA, Known, model_topics
from filingwatch.vectors import Counted

SETTINGS = TopicSettings()
FIVE = {"traffic": 90, "faces": 70, "energy": 50, "animals": 40, "insurance": 100}


def count(filings: pl.DataFrame) -> Counted:
    return Texts.of_frame(filings).count_all(filings["invention_id"].to_list())


@pytest.mark.parametrize("planted", [2, 3, 5])
def test_as_many_topics_are_chosen_as_were_planted(planted: int) -> None:
    """One for each subject, and not one for each subject and language."""
    assert choose_count(count(invent(dict(list(FIVE.items())[:planted]))), SETTINGS).count == planted


def test_the_choice_says_what_was_measured() -> None:
    """One row for each candidate within bounds; the chosen one is the largest of those that score nearly the best."""
    found = choose_count(count(invent(FIVE)), SETTINGS, most=12)
    assert [row.count for row in found.rows] == [one for one in CANDIDATES if one <= 12]
    for row in found.rows:
        assert -1 <= row.stability <= 1 and -1 <= row.coherence <= 1 and 0 <= row.bridging <= 1 and 0 <= row.score <= 1
    best = max(row.score for row in found.rows)
    assert found.count == max(row.count for row in found.rows if row.score >= NEARLY * best)


def test_the_same_documents_give_the_same_choice() -> None:
    """To the last digit, whatever the order in which they came."""
    filings = invent(FIVE)
    assert choose_count(count(filings), SETTINGS) == choose_count(count(filings.reverse()), SETTINGS)


@pytest.mark.parametrize("size", [0, 1, 29])
def test_too_few_documents_have_no_topics(size: int) -> None:
    """Nothing is measured where nothing can be chosen."""
    assert choose_count(count(invent({"traffic": size})), SETTINGS) == Choice(0, ())


def test_without_a_wish_the_first_fit_chooses_and_later_ones_keep_the_number() -> None:
    """The first says what it measured; the next one has as many topics and measures nothing."""
    filings = invent({"traffic": 90, "faces": 70, "energy": 50})
    known = Known(pl.DataFrame(schema=TOPIC_SCHEMA), pl.DataFrame(schema=FILING_SCHEMA), {})
    today = dt.date(2026, 1, 1)

    def fit(known: Known):
        return model_topics(filings, known, count=None, settings=SETTINGS, today=today, mint_from="test")

    first = fit(known)
    assert first.topics.height == 3 == first.figures["count_choice"]["count"]
    assert len(first.figures["count_choice"]["rows"]) > 3
    again = fit(Known(first.topics, first.filings, {}))
    assert again.topics.height == 3 and again.figures["count_choice"] is None
