"""Which topic of an earlier run a topic is: kept, split, merged, new, gone."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from filingwatch.topics.identity import Described, match_topics


def topic(start: int, stop: int, *terms: str) -> Described:
    return Described(frozenset(f"f{n}" for n in range(start, stop)), terms)


def match(now: list[Described], before: dict[str, Described]):
    return match_topics(now, before, mint_from="test")


BEFORE = {"t-a": topic(0, 40, "lamp", "路灯"), "t-b": topic(40, 100, "face", "人脸")}


def test_topics_keep_their_ids_whatever_their_order() -> None:
    """Numbers of this run say nothing; filings and terms do."""
    found = match([topic(38, 104, "face", "人脸"), topic(0, 38, "lamp", "路灯")], BEFORE)
    assert found.ids == ("t-b", "t-a") and found.states == ("kept", "kept") and found.gone == ()


def test_filings_weigh_more_than_nothing_and_terms_bridge_a_changed_corpus() -> None:
    """A topic is known again by its terms alone when no filing is shared."""
    found = match([topic(900, 950, "lamp", "路灯")], {"t-a": BEFORE["t-a"]})
    assert (found.ids, found.states) == (("t-a",), ("kept",))


def test_a_split_gives_the_larger_part_the_id_and_the_other_its_origin() -> None:
    """The new id knows where it came from."""
    found = match([topic(0, 40, "lamp"), topic(40, 80, "face", "人脸"), topic(80, 100, "gait", "步态")], BEFORE)
    assert found.ids[:2] == ("t-a", "t-b") and found.states == ("kept", "kept", "split")
    assert [(step.previous, step.state) for step in found.lineage if step.topic_id == found.ids[2]] == [
        ("t-b", "split")
    ]


def test_a_merger_keeps_the_larger_id_and_records_the_other() -> None:
    """The swallowed topic is gone; lineage says into what."""
    found = match([topic(0, 100, "face", "人脸", "lamp")], BEFORE)
    assert (found.ids, found.states, found.gone) == (("t-b",), ("merged",), ("t-a",))
    assert {(step.topic_id, step.previous, step.state) for step in found.lineage} == {
        ("t-b", "t-b", "kept"),
        ("t-b", "t-a", "merged"),
        ("t-a", "t-a", "gone"),
    }


def test_what_is_like_nothing_is_new_and_what_is_missing_is_gone() -> None:
    """No filing and no term in common: a new id that no earlier topic has."""
    found = match([topic(500, 520, "pig", "生猪")], BEFORE)
    assert found.states == ("new",) and found.ids[0] not in BEFORE and found.gone == ("t-a", "t-b")


def test_a_topic_that_was_gone_does_not_take_the_place_of_a_living_one() -> None:
    """Equal terms: the one with filings is carried on; the gone one stays gone without being news again."""
    before = {"t-a": topic(0, 40, "lamp"), "t-0": topic(0, 0, "lamp")}
    found = match([topic(0, 40, "lamp")], before)
    assert (found.ids, found.gone) == (("t-a",), ("t-0",))
    assert [step.topic_id for step in found.lineage] == ["t-a"]


TOPICS = st.lists(
    st.builds(
        lambda start, size, terms: topic(start, start + size, *terms),
        st.integers(0, 40),
        st.integers(1, 20),
        st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3, unique=True),
    ),
    max_size=5,
)


@given(TOPICS, TOPICS)
@settings(max_examples=80, deadline=None)
def test_every_topic_has_one_fate(now: list[Described], old: list[Described]) -> None:
    """Ids are distinct; each earlier id is carried on or gone, never both; equal input gives equal ids."""
    before = {f"t-{n}": described for n, described in enumerate(old)}
    found = match(now, before)
    assert len(set(found.ids)) == len(now) == len(found.states)
    assert set(found.ids) & set(before) == set(before) - set(found.gone)
    fates = zip(found.ids, found.states, strict=True)
    assert all((state in ("kept", "merged")) == (name in before) for name, state in fates)
    assert {step.topic_id for step in found.lineage} == set(found.ids) | set(found.gone)
    assert found == match(now, dict(reversed(before.items())))


@given(TOPICS)
@settings(max_examples=40, deadline=None)
def test_a_run_like_the_last_one_keeps_all_ids(now: list[Described]) -> None:
    """Matching topics with themselves is the identity, up to topics that are equal."""
    distinct = list(dict.fromkeys(now))
    ids = match(distinct, {}).ids
    again = match(distinct, dict(zip(ids, distinct, strict=True)))
    assert set(again.states) <= {"kept"} and set(again.ids) == set(ids)
