"""The night's quality page: complete, offline, accessible, and deaf to hostile text."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from filingwatch.ledger import Run
from filingwatch.quality import CheckResult, GateResult, Verdict, render_page

RUN = Run("20261122T020000-abc", "nightly", dt.date(2026, 11, 22), dt.datetime(2026, 11, 22, 2))
HOSTILE = "<script>alert('x')</script>\"><img src=https://example.org/x onerror=alert(1)>"
VOID = {"meta", "br", "link", "img", "input", "hr", "base"}


class Page(HTMLParser):
    """What a browser would find: tags with attributes, text by tag, and whether everything was closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.text.append((self.open[-1] if self.open else "", data.strip()))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]

    def words(self) -> str:
        return " ".join(text for tag, text in self.text if tag != "style")


def check(verdict: Verdict, text: str = "rule", sample: tuple = ()) -> CheckResult:
    return CheckResult(text, text, verdict, f"saw {text}", f"wanted {text}", f"means {text}", f"do {text}", sample)


def gate(*checks: CheckResult, is_synthetic: bool | None = False) -> GateResult:
    return GateResult("landed", checks, dt.datetime(2026, 11, 22, 3), is_synthetic, 0.4)


ROWS = ({"publication_id": "CN1A", "title": "智慧城市"}, {"publication_id": "CN2A", "title": None})


def test_every_check_shows_its_verdict_and_what_did_not_pass_its_rows_and_what_to_do() -> None:
    """All that is in the results is on the page, and the figures of the night are too."""
    results = [
        gate(check(Verdict.PASSED, "fine"), check(Verdict.FAILED, "broken", ROWS)),
        gate(check(Verdict.COULD_NOT_TELL, "unclear")),
    ]
    words = Page(render_page(results, RUN, {"ingest": {"records": 12345}, "published": True})).words()
    for text in ("fine", "broken", "unclear"):
        assert f"saw {text}" in words and f"wanted {text}" in words and f"means {text}" in words
    assert "✓ passed" in words and "✗ failed: broken" in words and "? could not tell: unclear" in words
    assert "do broken" in words and "do unclear" in words and "智慧城市" in words
    assert "12,345" in words and RUN.run_id in words and "2026-11-22" in words
    assert "2 checks: 1 passed, 1 failed, 0 could not tell" in words
    assert "A gate is closed" in words


def test_the_headline_is_green_only_for_a_night_in_which_everything_passed() -> None:
    """No result at all is no success."""
    assert "Everything that was checked passed" in render_page([gate(check(Verdict.PASSED))], RUN, {})
    assert "Everything that was checked passed" not in render_page([], RUN, {})
    assert "nothing is known about its quality" in render_page([], RUN, {})
    assert "A gate is closed" in render_page([gate()], RUN, {})


@pytest.mark.parametrize(
    ("is_synthetic", "stamp"),
    [(True, "SYNTHETIC: these filings are invented"), (None, "could not be told whether"), (False, None)],
)
def test_invented_filings_are_stamped(is_synthetic: bool | None, stamp: str | None) -> None:
    """Nobody may take the demo for the world, nor an unknown for either."""
    html = render_page([gate(check(Verdict.PASSED), is_synthetic=is_synthetic)], RUN, {})
    assert (stamp is None and 'class="stamp"' not in html) or stamp in html
    assert ("<title>SYNTHETIC: " in html) is (is_synthetic is True)


def test_the_page_needs_nothing_from_elsewhere() -> None:
    """No script, no address, no file beside it: it is read years later on a plane."""
    html = render_page([gate(check(Verdict.FAILED, "broken", ROWS))], RUN, {"a": {"b": 1}})
    page = Page(html)
    assert not {"script", "link", "img", "iframe", "base", "object", "embed"} & {tag for tag, _ in page.tags}
    assert not [attrs for _, attrs in page.tags if {"src", "href", "srcset", "action"} & set(attrs)]
    assert not re.search(r"https?://|@import|url\(", html)


def test_the_page_can_be_read_without_seeing_it() -> None:
    """Language, one first heading, no level skipped, and every table with a caption and scoped headers."""
    html = render_page([gate(check(Verdict.FAILED, "broken", ROWS), check(Verdict.PASSED))], RUN, {"a": {"b": 1}})
    page = Page(html)
    assert page.open == []
    assert page.named("html") == [{"lang": "en"}]
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert len(page.named("table")) == len(page.named("caption")) == 3
    assert page.named("th") and all(attrs.get("scope") in ("col", "row") for attrs in page.named("th"))
    assert any(attrs.get("name") == "viewport" for attrs in page.named("meta"))
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["aria-labelledby"] for _, attrs in page.tags if "aria-labelledby" in attrs} <= set(ids)
    assert "@media print" in html and "prefers-color-scheme" in html


def test_hostile_text_is_text() -> None:
    """A title may hold markup; it is shown as it was written and does nothing."""
    rows = ({HOSTILE: HOSTILE, "nested": [HOSTILE]},)
    html = render_page([gate(check(Verdict.FAILED, HOSTILE, rows))], RUN, {HOSTILE: {HOSTILE: HOSTILE}})
    page = Page(html)
    assert page.open == []
    assert not {"script", "img"} & {tag for tag, _ in page.tags}
    assert not [attrs for _, attrs in page.tags if "onerror" in attrs or "src" in attrs]
    assert HOSTILE in page.words()


@hypothesis_settings(max_examples=25, deadline=None)
@given(st.text(st.sampled_from("<>&\"'/ab!-") | st.characters(), min_size=1, max_size=40), st.sampled_from(Verdict))
def test_any_text_leaves_the_page_whole(text: str, verdict: Verdict) -> None:
    """Whatever an office writes, the page keeps its tags."""
    plain = Page(render_page([gate(check(verdict, "x", ({"x": "x"},)))], RUN, {"x": {"x": "x"}}))
    page = Page(render_page([gate(check(verdict, text, ({text: text},)))], RUN, {text: {text: text}}))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    assert page.open == []
