"""`filingwatch topics`: what is shown of topics, names that people give, and a word on a refit that waits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from filingwatch import warehouse
from filingwatch.cli import main
from filingwatch.decisions import decide, read_decisions
from filingwatch.errors import BadInput
from filingwatch.settings import Settings
from filingwatch.topic_cards import read_refit, read_topic, read_topics
from tests.browser import hand_made
from tests.browser.hand_made import WATCH

EFFECT = {
    "fates": [
        {"topic_id": "t1", "name": "crowd", "named_by": "rule", "fate": "merged", "is_name_lost": False,
         "before_count": 8, "after_count": 12, "stayed_count": 8, "goes_to": [], "comes_from": "t2"},
        {"topic_id": "t2", "name": "gates", "named_by": "person", "fate": "gone", "is_name_lost": True,
         "before_count": 4, "after_count": 0, "stayed_count": 0, "goes_to": [["t1", 4]], "comes_from": None},
    ],
    "lost_name_share": 1.0, "moved_filing_share": 0.33, "before_count": 2, "after_count": 1,
}  # fmt: skip


@pytest.fixture
def published(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    hand_made.publish(settings)
    monkeypatch.setenv("FILINGWATCH_HOME", str(settings.home))
    return settings


def test_names_and_titles_steer_no_terminal(published: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters and turned lines in a name are left out on the card and in the list."""
    with warehouse.existing(published, published.published_file) as con:
        con.execute("update insight.dim_topic set name = ? where topic_id = 't1'", ["cr\x1b[2Jowd\u202e"])
    for asked in (("show", "t1"), ("list",)):
        told = say(capsys, *asked)
        assert "cr[2Jowd" in "".join(told.split()) and "\x1b[2J" not in told and "\u202e" not in told


def hold_back(settings: Settings, *, is_waiting: bool = True) -> None:
    """A refit in the published file, as a night leaves it."""
    with warehouse.existing(settings, settings.published_file) as con:
        con.execute(
            "insert into insight.fct_topic_refit values (?, 'c1', 'm', 'held back', 'it would lose 1 of 1 names that "
            "people gave', 1.0, 0.33, 2, 1, ?, '2026-11-02', 'r2')",
            [WATCH, is_waiting],
        )
        con.execute(
            "insert into ml.model values ('c1', ?, 'topics', 3, '{}', ?, null, '2026-11-02')",
            [WATCH, json.dumps({"effect": EFFECT})],
        )


def say(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What it prints; the command line ends by itself, with 0 where all is well."""
    try:
        main(["topics", *arguments])
    except SystemExit as end:
        if end.code:
            raise
    return capsys.readouterr().out


def say_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    return json.loads(say(capsys, *arguments, "--json"))


def test_all_topics_are_listed_with_their_trend(published: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """The largest first, by whom it is named, interval and counts of its trend, and the stamp of synthetic data."""
    assert [one["topic_id"] for one in read_topics(published, WATCH)] == ["t1", "t2"]
    text = " ".join(say(capsys, "list", "--watch", WATCH).split())
    for part in ("SYNTHETIC", "t1", "no clear change", "a filing is not a deployment"):
        assert part in text
    assert say_json(capsys, "list")[1]["named_by"] == "person"


def test_a_topic_fits_on_a_screen(published: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Terms in both languages, classes, filings in the middle and at the edge with what else they could be, companies
    and offices with n and interval, years with those too young named, and where it came from."""
    text = say(capsys, "show", "t1")
    for part in ("人群", "square", "G06V 20/53", "Typical filings", "At the edge of another topic", "gates",
                 "Invented Vision 5 (42 % [19 .. 68])", "CN 12 (100 %", "2025  ", "too young", "kept by 1 refit",
                 "t2 (gates) came out of it", "SYNTHETIC", "no growth beyond doubt"):  # fmt: skip
        assert part.lower() in text.lower(), part
    card = read_topic(published, "t1")
    assert [row["weight"] for row in card["typical"]] == sorted(
        (row["weight"] for row in card["typical"]), reverse=True
    )
    assert [row["margin"] for row in card["borderline"]] == sorted(row["margin"] for row in card["borderline"])
    assert card["borderline"][0]["runner_up_name"] == "gates" and card["borderline"][0]["url"]
    assert [(one["filing_year"], one["is_too_young"]) for one in card["years"]] == [
        (2018, False), (2024, False), (2025, True),
    ]  # fmt: skip
    assert say_json(capsys, "show", "t2")["typical"] == []


def test_a_topic_that_is_none_is_told(published: Settings) -> None:
    """The error says where to look."""
    with pytest.raises(BadInput, match="topics list"):
        read_topic(published, "t9")
    with pytest.raises(BadInput, match="there are: towns"):
        read_topics(published, "cities")


def test_a_name_counts_at_once(published: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """A decision of kind topic_name for the topic's watch; the published file shows it before any night."""
    said = say(capsys, "name", "t1", "Crowds", "--by", "ann", "--why", "it is about crowds")
    assert "Crowds" in said and "crowd · 人群" in said
    [made] = read_decisions(published)
    assert (made.kind, made.subject, made.value, made.watch, made.reason) == (
        "topic_name", "t1", "Crowds", WATCH, "it is about crowds",
    )  # fmt: skip
    assert (read_topic(published, "t1")["name"], read_topics(published)[0]["named_by"]) == ("Crowds", "person")


def test_a_refit_that_waits_is_told_topic_by_topic(published: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """What would happen to each in plain words, which name is lost, and how to say a word."""
    hold_back(published)
    text = " ".join(say(capsys, "review", "--watch", WATCH).replace("│", " ").split())
    for part in ("waits for a word", "NAME LOST", "is kept and takes over another (gates)", "would be gone",
                 "4 go to crowd", "33 % of the filings", "--accept"):  # fmt: skip
        assert part in text, part
    assert say_json(capsys, "review", "--watch", WATCH)["effect"] == EFFECT


@pytest.mark.parametrize(("flag", "value"), [("--accept", "accepted"), ("--refuse", "refused"), ("--reset", "reset")])
def test_a_word_on_a_refit_is_a_decision(
    published: Settings, capsys: pytest.CaptureFixture[str], flag: str, value: str
) -> None:
    """It names the candidate and the watch, and the review shows it from then on."""
    hold_back(published)
    say(capsys, "review", "--watch", WATCH, flag, "--why", "looked at it", "--by", "bo")
    [made] = read_decisions(published)
    assert (made.kind, made.subject, made.value, made.watch) == ("topic_refit", "c1", value, WATCH)
    refit = read_refit(published, WATCH)
    assert refit is not None
    assert (refit["said"] or {}).get("value") == (None if value == "reset" else value)


def test_no_word_is_taken_where_nothing_waits(published: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the first refit, and after it was decided: bad input, and nothing in the inbox."""
    for prepare in (lambda: None, lambda: hold_back(published, is_waiting=False)):
        prepare()
        with pytest.raises(SystemExit) as raised:
            say(capsys, "review", "--watch", WATCH, "--accept")
        assert raised.value.code == 2 and "waits" in capsys.readouterr().err
    with pytest.raises(SystemExit) as raised:
        say(capsys, "review", "--watch", WATCH, "--accept", "--refuse")
    assert raised.value.code == 2
    assert read_decisions(published) == []


def test_a_word_on_another_refit_is_not_taken_for_this_one(published: Settings) -> None:
    """What was said of an earlier candidate stands beside its own."""
    hold_back(published)
    decide(published, kind="topic_refit", subject="c0", value="accepted", decided_by="ann", watch=WATCH, reason=None)
    refit = read_refit(published, WATCH)
    assert refit is not None and refit["said"] is None
