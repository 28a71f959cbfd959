"""Reasons marked in texts with and without spaces: letter by letter, and nothing lost."""

from __future__ import annotations

from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import given

from filingwatch.desk.marking import Segment, mark_text


def _marked(text: str, words_for: list[str], words_against: list[str] = ()) -> str:  # type: ignore[assignment]
    """Segments as a line: [for] (against) {both}."""
    around = {"": ("", ""), "for": "[]", "against": "()", "both": "{}"}
    return "".join(
        f"{around[one.mark][0]}{one.text}{around[one.mark][1]}" for one in mark_text(text, words_for, words_against)
    )


@pytest.mark.parametrize(
    ("text", "words_for", "words_against", "says"),
    [
        ("一种城市视频监控系统", ["视频监控"], [], "一种城市[视频监控]系统"),
        ("视频监控系统", ["视频", "视频监控"], [], "[视频监控]系统"),
        ("视频监控系统", ["视频监控"], ["监控系统"], "[视频]{监控}(系统)"),
        ("AI摄像头和ai平台", ["ai"], [], "[AI]摄像头和[ai]平台"),
        ("ＡＩ摄像头", ["ai"], [], "[ＡＩ]摄像头"),
        ("said of a maid", ["ai"], [], "said of a maid"),
        ("Crowd-density, crowd\n density", ["crowd density"], [], "[Crowd-density], [crowd\n density]"),
        ("overcrowding and crowds", ["crowd"], [], "overcrowding and crowds"),
        ("C++ (beta)", ["c++", "("], [], "[C++] [(]beta)"),
        ("人人人", ["人人"], [], "[人人人]"),
        ("", ["人"], ["x"], ""),
        ("text", ["", " "], [], "text"),
    ],
)  # fmt: skip
def test_what_is_marked(text: str, words_for: list[str], words_against: list[str], says: str) -> None:
    """Chinese without boundaries, Latin words whole, reasons inside and across each other, signs taken literally."""
    assert _marked(text, words_for, words_against) == says


@given(
    st.text(alphabet="视频监控 aAbﬀＡß人-.\n", max_size=40),
    st.lists(st.text(alphabet="视频监控 aAbﬀß人-.", max_size=6), max_size=5),
    st.lists(st.text(alphabet="视频监控 aAbﬀß人-.", max_size=6), max_size=5),
)
def test_the_segments_are_the_text(text: str, words_for: list[str], words_against: list[str]) -> None:
    """Joined they give every letter back in its place; two neighbours are never marked alike."""
    segments = mark_text(text, words_for, words_against)
    assert "".join(one.text for one in segments) == text
    assert all(one.mark != two.mark for one, two in pairwise(segments))
    assert all(isinstance(one, Segment) and one.text for one in segments)
