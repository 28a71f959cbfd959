"""Labelling as a service: who gets which document, what is said, undo and disputes. All filings are invented."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import partial

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from filingwatch import claims, label_shelf, labelling
from filingwatch.decisions import read_decisions
from filingwatch.errors import BadInput
from filingwatch.label_inbox import Inbox, read_inbox
from filingwatch.label_items import find_homes
from filingwatch.settings import Settings
from filingwatch.warehouse import reader
from tests.unit.label_home import TEXTS, WATCH, publish


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home to label in; nothing is read by two people unless a test says so."""
    publish(settings)
    monkeypatch.setattr(labelling, "is_double", lambda invention: False)
    return settings


def offered(home: Settings, who: str, limit: int = 10) -> list[str]:
    return [item.invention_id for item in labelling.next_items(home, WATCH, who, limit=limit)]


def say(home: Settings, who: str, invention: str, value: str) -> None:
    labelling.put_label(home, WATCH, who, invention, value)


def standing(home: Settings) -> Inbox:
    with reader(home) as con:
        return read_inbox(home, WATCH, partial(find_homes, con))


def test_the_next_document_is_the_first_of_the_queue_that_is_open(home: Settings) -> None:
    """What has a label by anybody, also by a sibling's number or a near-duplicate, is not asked for again."""
    assert offered(home, "ann") == list(TEXTS)
    say(home, "bo", "CN1U", "relevant")
    say(home, "bo", "CN5A", "irrelevant")
    assert offered(home, "ann") == ["CN2A", "CN3A", "US4A1"]


def test_an_item_holds_every_language_and_why_it_is_asked_about(home: Settings) -> None:
    """Both titles and abstracts, applicants, classes, words, place and reason."""
    [item] = labelling.next_items(home, WATCH, "ann")
    assert [(text.language, text.title) for text in item.texts] == [("zh", "人群计数方法"), ("en", "Crowd counting")]
    assert "\n\nCounting people" in item.abstract and item.language == "zh"
    assert (item.applicants, item.symbols) == (("某某大学（虚构）",), ("G06V 20/53",))
    assert (item.chosen_as, item.why, item.place, item.words_for) == ("likely", "It is likely.", 1, ("人群", "gait"))


def test_two_people_at_work_do_not_get_the_same_document(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the claim ends; only the double-labelled share is for both."""
    assert offered(home, "ann", 2) == ["CN1A", "CN2A"]
    assert offered(home, "bo", 2) == ["CN3A", "US4A1"]
    assert offered(home, "ann", 2) == ["CN1A", "CN2A"]
    later = claims.utc_now() + dt.timedelta(minutes=11)
    monkeypatch.setattr(claims, "utc_now", lambda: later)
    assert offered(home, "cy", 2) == ["CN1A", "CN2A"]
    monkeypatch.setattr(labelling, "is_double", lambda invention: invention == "CN1A")
    assert offered(home, "bo", 2) == ["CN1A", "CN3A"]
    say(home, "bo", "CN1A", "relevant")
    assert offered(home, "cy", 1) == ["CN1A"]


def test_about_a_tenth_is_read_twice() -> None:
    """By lot of the id: always the same ones."""
    share = sum(labelling.is_double(f"CN{number}A") for number in range(5000)) / 5000
    assert 0.08 < share < 0.12


def test_a_second_reading_comes_also_after_the_queue_has_moved_on(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later night's queue holds no labelled documents; the double-labelled share is asked about all the same."""
    for invention in ("CN1A", "CN2A"):
        say(home, "ann", invention, "relevant")
    with duckdb.connect(home.published_file) as con:
        con.execute("delete from ml.label_queue where invention_id in ('CN1A', 'CN2A')")
    monkeypatch.setattr(labelling, "is_double", lambda invention: invention == "CN1A")
    items = labelling.next_items(home, WATCH, "bo", limit=10)
    assert [item.invention_id for item in items] == ["CN3A", "US4A1", "CN5A", "CN6A", "CN1A"]
    assert "second person" in items[-1].why and items[-1].said == ()
    assert "CN1A" not in offered(home, "ann")
    say(home, "bo", "CN1A", "relevant")
    assert "CN1A" not in offered(home, "cy")


def test_what_was_skipped_comes_back_last(home: Settings) -> None:
    """To the same person after everything else; to others in its place."""
    say(home, "ann", "CN1A", "skip")
    assert offered(home, "ann") == ["CN2A", "CN3A", "US4A1", "CN5A", "CN6A", "CN1A"]
    claims.release(home, WATCH, "ann")
    assert offered(home, "bo", 1) == ["CN1A"]


def test_what_was_skipped_is_not_lost_when_the_queue_moves_on(home: Settings) -> None:
    """A later night's queue may leave it out: others are asked, the same person last, until somebody gives a label."""
    say(home, "ann", "CN1A", "skip")
    with duckdb.connect(home.published_file) as con:
        con.execute("delete from ml.label_queue where invention_id = 'CN1A'")
    items = labelling.next_items(home, WATCH, "ann", limit=10)
    assert items[-1].invention_id == "CN1A" and items[-1].why == "You skipped it before."
    claims.release(home, WATCH, "ann")
    [item] = [one for one in labelling.next_items(home, WATCH, "bo", limit=10) if one.invention_id == "CN1A"]
    assert "perhaps you can" in item.why
    say(home, "bo", "CN1A", "relevant")
    assert "CN1A" not in offered(home, "ann")


def test_a_withdrawn_document_does_not_end_the_queue(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A skipped one whose text is gone is passed over, and the next one comes instead."""
    for invention in TEXTS:
        say(home, "ann", invention, "skip")
    with duckdb.connect(home.published_file) as con:
        con.execute("delete from core.fct_invention where invention_id = 'CN1A'")
    assert offered(home, "ann", 1) == ["CN2A"]


def test_the_published_file_is_read_once_for_each_version(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers one after the other do not open it again; another version is seen at once, and so is what others say."""
    opened: list[object] = []
    monkeypatch.setattr(label_shelf, "reader", lambda *asked: opened.append(asked) or reader(*asked))
    assert offered(home, "ann", 3) == ["CN1A", "CN2A", "CN3A"]
    labelling.progress(home, WATCH)
    count = len(opened)
    say(home, "bo", "US4A1", "relevant")
    assert offered(home, "ann", 3) == ["CN1A", "CN2A", "CN3A"]
    assert labelling.progress(home, WATCH).relevant == 1
    assert len(opened) == count + 1  # of which invention US4A1 is a publication
    assert labelling.progress(home, WATCH).waiting == 1 and len(opened) == count + 1
    with duckdb.connect(home.published_file) as con:
        con.execute("delete from ml.label_queue where invention_id = 'CN1A'")
        con.execute("update core.fct_invention set title_zh = 'another' where invention_id = 'CN2A'")
    [item] = labelling.next_items(home, WATCH, "ann", limit=1)
    assert (item.invention_id, item.title) == ("CN2A", "another")


def test_nobody_is_led_by_anothers_label(home: Settings) -> None:
    """What others said shows after the own word, and to whoever decides disputes."""
    say(home, "bo", "CN1A", "relevant")
    assert labelling.read_item(home, WATCH, "CN1U", annotator="ann").said == ()
    say(home, "ann", "CN1A", "irrelevant")
    assert [(one.who, one.value) for one in labelling.read_item(home, WATCH, "CN1A", annotator="ann").said] == [
        ("ann", "irrelevant"),
        ("bo", "relevant"),
    ]
    [dispute] = labelling.list_disputes(home, WATCH)
    assert dispute.invention_id == "CN1A" and len(dispute.said) == 2


def test_a_dispute_ends_with_a_ruling_and_a_party_is_warned(home: Settings) -> None:
    """One of the two may rule, and is told that a third should; the reset of a ruling brings the dispute back."""
    say(home, "bo", "CN1A", "relevant")
    say(home, "ann", "CN1A", "irrelevant")
    assert labelling.progress(home, WATCH).disputed == 1
    assert labelling.rule(home, WATCH, "cy", "CN1A", "relevant", why="a crowd is counted")[1] is None
    assert labelling.list_disputes(home, WATCH) == []
    labelling.rule(home, WATCH, "cy", "CN1A", "reset", why="a slip")
    assert "third person" in (labelling.rule(home, WATCH, "ann", "CN1U", "irrelevant", why="no city")[1] or "")
    assert labelling.progress(home, WATCH).irrelevant == 1


def test_undo_goes_back_word_by_word(home: Settings) -> None:
    """To what stood before, or to nothing; then one further; and ends when nothing of this person is left."""
    for value in ("relevant", "irrelevant"):
        say(home, "ann", "CN1A", value)
    say(home, "ann", "CN2A", "skip")
    say(home, "bo", "CN1A", "relevant")
    undone = [labelling.undo(home, WATCH, "ann") for _ in range(4)]
    assert [one and (one.subject, one.value) for one in undone] == [
        ("CN2A", "reset"),
        ("CN1A", "relevant"),
        ("CN1A", "reset"),
        None,
    ]
    assert labelling.progress(home, WATCH).by_person == {"bo": 1}


_words = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bo"]), st.sampled_from(["CN1A", "CN1U", "CN2A"]), st.sampled_from(
            ["relevant", "irrelevant", "skip", "reset", "undo"])
    ),
    max_size=12,
)  # fmt: skip


@given(_words)
@hypothesis(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undo_restores_what_stood_before_for_everybody(home: Settings, said: list[tuple[str, str, str]]) -> None:
    """After any words and undos: one more word and its undo leave every label and every vote as they were."""
    home.decisions_file.unlink(missing_ok=True)
    for who, invention, value in said:
        if value == "undo":
            labelling.undo(home, WATCH, who)
        else:
            say(home, who, invention, value)
    before = standing(home)
    for value in ("relevant", "skip"):
        say(home, "ann", "CN1U", value)
    count = len(read_decisions(home))
    for _ in range(2):
        labelling.undo(home, WATCH, "ann")
    after = standing(home)
    assert len(read_decisions(home)) == count + 2
    assert after.labels.rows.equals(before.labels.rows) and after.labels.votes.equals(before.labels.votes)
    assert [after.of(who) for who in ("ann", "bo")] == [before.of(who) for who in ("ann", "bo")]


def test_progress_counts_what_stands_and_what_waits_for_the_night(home: Settings) -> None:
    """Labels by person, those of today, what is left in the queue, decisions that no run has seen."""
    say(home, "ann", "CN1A", "relevant")
    say(home, "ann", "CN2A", "skip")
    say(home, "bo", "US4A1", "irrelevant")
    seen = labelling.progress(home, WATCH)
    assert (seen.relevant, seen.irrelevant, seen.skipped, seen.left, seen.waiting) == (1, 1, 1, 4, 3)
    assert (seen.by_person, seen.today) == ({"ann": 1, "bo": 1}, {"ann": 2, "bo": 1})


def test_without_a_queue_likely_and_doubtful_filings_come_in_turns(settings: Settings) -> None:
    """The first evening of a watch: there is something to read before any night made a queue."""
    publish(settings, with_queue=False)
    items = labelling.next_items(settings, WATCH, "ann", limit=10)
    assert {item.invention_id for item in items} == set(TEXTS)
    assert [item.chosen_as for item in items[:2]] == ["likely", "uncertain"]
    assert Counter(item.chosen_as for item in items)["uncertain"] >= 2


@pytest.mark.parametrize(("who", "invention", "says"), [(" ", "CN1A", "who labels"), ("ann", "CN9A", "CN9A")])
def test_what_makes_no_sense_is_refused_in_words(home: Settings, who: str, invention: str, says: str) -> None:
    """A label without a name, a document that is not there."""
    with pytest.raises(BadInput, match=says):
        labelling.read_item(home, WATCH, invention)
        labelling.put_label(home, WATCH, who, invention, "relevant")
