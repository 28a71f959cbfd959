"""Which labels count: changes of mind, people who differ, rulings, seeds, families. Every decision here is invented."""

from __future__ import annotations

import random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from filingwatch.relevance.resolving import LABEL, RULING, SEED, Labels, resolve

INVENTION_OF = pl.DataFrame(
    {"publication_id": ["A1", "A2", "B1", "C1"], "invention_id": ["A1", "A1", "B1", "C1"]},
    schema={"publication_id": pl.String, "invention_id": pl.String},
)
Said = tuple[str, str, str, str]
"""kind, subject, value, who."""


def settle(*said: Said, shuffled: random.Random | None = None) -> Labels:
    rows = [(number, *one) for number, one in enumerate(said, start=1)]
    if shuffled:
        shuffled.shuffle(rows)
    schema = {"decision_id": pl.Int64, "kind": pl.String, "subject": pl.String, "value": pl.String}
    return resolve(pl.DataFrame(rows, schema | {"decided_by": pl.String}, orient="row"), INVENTION_OF)


def state(labels: Labels, invention: str = "A1") -> tuple[bool | None, str] | None:
    rows = {row["invention_id"]: (row["label"], row["state"]) for row in labels.rows.to_dicts()}
    return rows.get(invention)


def test_members_of_a_family_share_one_label() -> None:
    """A label of any publication is one of its invention; a later word about a sibling replaces it."""
    labels = settle((LABEL, "A1", "relevant", "ann"), (LABEL, "A2", "irrelevant", "ann"))
    assert labels.human == {"A1": False}
    assert labels.rows.row(0) == ("A1", False, "single", 1, 0, 1)


def test_two_people_who_differ_wait_for_a_ruling() -> None:
    """Agreed, disputed, ruled and, after the reset of the ruling, disputed again."""
    said = [(LABEL, "A1", "relevant", "ann"), (LABEL, "A2", "relevant", "bo")]
    assert state(settle(*said)) == (True, "agreed")
    said.append((LABEL, "A1", "irrelevant", "bo"))
    assert state(settle(*said)) == (None, "disputed") and settle(*said).human == {}
    said.append((RULING, "A2", "irrelevant", "cy"))
    assert state(settle(*said)) == (False, "ruled")
    said.append((LABEL, "A1", "relevant", "bo"))
    assert state(settle(*said)) == (False, "ruled")
    said.append((RULING, "A1", "reset", "dee"))
    assert state(settle(*said)) == (True, "agreed")


def test_skip_and_reset_take_the_own_label_away() -> None:
    """A skip is remembered as such, a reset leaves nothing; another person's label is untouched by both."""
    first = (LABEL, "A1", "relevant", "ann")
    assert state(settle(first, (LABEL, "A1", "skip", "ann"))) == (None, "skipped")
    assert state(settle(first, (LABEL, "A1", "reset", "ann"))) is None
    assert state(settle(first, (LABEL, "A1", "skip", "bo"))) == (True, "single")


def test_seeds_are_weak_and_step_back_where_a_person_has_spoken() -> None:
    """A seed is no human label; a person's word, also a skip, puts it aside; seeds that differ are none."""
    labels = settle(
        (SEED, "A2", "relevant", "list"), (SEED, "B1", "relevant", "list"), (LABEL, "B1", "skip", "ann"),
        (SEED, "C1", "relevant", "list"), (SEED, "C1", "irrelevant", "old watch"),
    )  # fmt: skip
    assert (labels.seeds, labels.human) == ({"A1": True}, {})


def test_what_is_not_known_here_is_counted_and_counts_when_it_lands() -> None:
    """A subject of no known invention is a stranger, once however often it is named."""
    said = [(SEED, "Z9", "relevant", "list"), (LABEL, "Z9", "relevant", "ann"), (LABEL, "A1", "relevant", "ann")]
    assert (settle(*said).strangers, settle(*said).human) == (1, {"A1": True})


_said = st.lists(
    st.tuples(
        st.sampled_from([LABEL, LABEL, RULING, SEED]),
        st.sampled_from(["A1", "A2", "B1", "Z9"]),
        st.sampled_from(["relevant", "irrelevant", "skip", "reset"]),
        st.sampled_from(["ann", "bo", "cy"]),
    ),
    max_size=25,
)


@given(_said, st.randoms())
@settings(max_examples=150, deadline=None)
def test_the_order_of_landing_does_not_matter(said: list[Said], rng: random.Random) -> None:
    """Only decision ids order what was said; the same rows in any order give the same labels."""
    plain, mixed = settle(*said), settle(*said, shuffled=rng)
    assert (plain.human, plain.seeds, plain.strangers) == (mixed.human, mixed.seeds, mixed.strangers)
    assert plain.rows.equals(mixed.rows) and plain.votes.equals(mixed.votes)


@given(_said)
@settings(max_examples=150, deadline=None)
def test_nothing_that_stands_is_lost(said: list[Said]) -> None:
    """Every last word is a vote, a skip or a reset; votes add up; a label needs one voice or a ruling."""
    labels = settle(*said)
    home = {"A1": "A1", "A2": "A1", "B1": "B1"}
    last = {(home[subject], who): value for kind, subject, value, who in said if kind == LABEL and subject in home}
    votes = {(key, value == "relevant") for key, value in last.items() if value in ("relevant", "irrelevant")}
    assert {((row[0], row[1]), row[2]) for row in labels.votes.rows()} == votes
    for row in labels.rows.to_dicts():
        mine = [label for (invention, _), label in votes if invention == row["invention_id"]]
        assert row["annotators"] == len(mine) == row["relevant_votes"] + row["irrelevant_votes"]
        if row["state"] in ("single", "agreed"):
            assert set(mine) == {row["label"]}
        assert (row["label"] is None) == (row["state"] in ("disputed", "skipped"))


@given(_said)
@settings(max_examples=100, deadline=None)
def test_saying_it_all_again_changes_nothing(said: list[Said]) -> None:
    """The last words of everybody once more, as an import of the same sheet would: the labels are the same."""
    once, twice = settle(*said), settle(*said, *said)
    assert once.rows.equals(twice.rows) and once.seeds == twice.seeds
