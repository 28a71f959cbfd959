"""Labelling in a terminal, through a pipe and a terminal of its own. All filings are invented."""

from __future__ import annotations

import io
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from rich.console import Console

from filingwatch import labelling
from filingwatch.decisions import read_decisions
from filingwatch.label_items import Item, Text
from filingwatch.label_terminal import Keys, Sitting, clean, show_item
from filingwatch.settings import Settings
from tests.commands import environment
from tests.unit.label_home import WATCH, publish


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    publish(settings)
    monkeypatch.setattr(labelling, "is_double", lambda invention: False)
    return settings


def sit(home: Settings, keys: str, limit: int | None = None) -> str:
    """What is printed when these lines come through a pipe."""
    console = Console(file=io.StringIO(), width=80)
    Sitting(
        home, labelling.find_watch(home, WATCH), "ann", console, Keys(io.StringIO(keys)), limit
    ).run()  # fmt: skip
    return console.file.getvalue()  # type: ignore[attr-defined]


def said(home: Settings) -> list[tuple[str, str, str | None]]:
    return [(one.subject, one.value, one.reason) for one in read_decisions(home)]


def test_each_line_of_a_pipe_is_a_key(home: Settings) -> None:
    """Answers, a note that goes with the next one, and the end of the pipe, which stops without a question."""
    shown = sit(home, "r\nn\n牛奶，不是城市\ni\ns\n")
    assert said(home) == [
        ("CN1A", "relevant", None),
        ("CN2A", "irrelevant", "牛奶，不是城市"),
        ("CN3A", "skip", None),
    ]
    assert "人群计数方法" in shown and "Counting people" in shown and "chosen   likely" in shown
    context = read_decisions(home)[0].context or {}
    assert (context["chosen_as"], context["model_id"], context["terminal"]) == ("likely", "m-1", True)
    assert context["seconds"] >= 0


def test_undo_and_back_show_the_document_again(home: Settings) -> None:
    """Undo takes the last word back; back asks again and the new word replaces the old one."""
    shown = sit(home, "r\nu\ni\nb\nr\nu\nu\nq\n")
    assert [(subject, value) for subject, value, _ in said(home)] == [
        ("CN1A", "relevant"), ("CN1A", "reset"), ("CN1A", "irrelevant"), ("CN1A", "relevant"),
        ("CN1A", "irrelevant"), ("CN1A", "reset"),
    ]  # fmt: skip
    assert shown.count("人群计数方法\n") == 5


def test_criteria_address_and_unknown_keys_answer_without_a_word(home: Settings) -> None:
    """Nothing is written by looking; the keys are told to whoever presses another one."""
    shown = sit(home, "?\no\nx\nb\nu\nq\n")
    assert said(home) == []
    for words in ("智慧城市", "https://example.org/CN1A", "r relevant", "first document", "Nothing of yours"):
        assert words in shown


def test_it_ends_at_the_limit_and_when_only_skipped_ones_are_left(home: Settings) -> None:
    """A limit counts words; what was skipped in a sitting does not come round in it."""
    sit(home, "s\n" * 3, limit=2)
    assert len(said(home)) == 2
    shown = sit(home, "s\n" * 20)
    assert "Nothing is left to read" in shown
    assert len(said(home)) == 2 + 6


def test_text_of_filings_cannot_steer_the_terminal(home: Settings) -> None:
    """Escapes, control characters, turns of direction and markup are shown as text or not at all."""
    assert clean("a\x1b[31mb\u202ec\x07\nd") == "a[31mbc\nd"
    item = Item(
        WATCH, "CN1A", (Text("en", "A [bold]title[/bold]", "People\x1b]0;x\x07 counted"),), (), ("[red]X",), "CN", None,
        None, None, 0.5, ("people",), (), "likely", "It is.", 1, "m", False,
    )  # fmt: skip
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system="standard")
    show_item(console, item)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b]0" not in shown and "\x07" not in shown
    assert "[bold]title[/bold]" in shown and "[red]X" in shown
    assert "\x1b[1;32mPeople\x1b[0m" in shown


def test_chinese_text_fits_the_width_of_the_terminal(home: Settings) -> None:
    """A Chinese character takes two places: no line is wider than the terminal."""
    console = Console(file=io.StringIO(), width=40)
    item = Item(
        WATCH, "CN1A", (Text("zh", "人群计数方法" * 9, "统计广场上的人数，" * 40),), (), (), "CN", None,
        None, None, None, ("人数",), (), "likely", "是。", 1, "m", False,
    )  # fmt: skip
    show_item(console, item)
    wide = [line for line in console.file.getvalue().splitlines() if sum(1 + (ord(c) > 0x2E80) for c in line) > 40]  # type: ignore[attr-defined]
    assert wide == []


@contextmanager
def at_terminal(home: Settings, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`filingwatch label` in a terminal of its own; the number is our end of it."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "filingwatch", "label", "--watch", WATCH, "--as", "ann", *arguments],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environment(home.home, TERM="xterm"), start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def read_until(ours: int, words: str, seconds: float = 60) -> str:
    seen, end = b"", time.monotonic() + seconds
    while words not in seen.decode("utf-8", "replace") and time.monotonic() < end:
        if select.select([ours], [], [], 0.2)[0]:
            try:
                seen += os.read(ours, 65536)
            except OSError:
                break
    text = seen.decode("utf-8", "replace")
    assert words in text, text
    return text


def test_one_key_is_enough_on_a_terminal(home: Settings) -> None:
    """No Enter; an arrow key is no answer; a note is a line; q ends with the progress."""
    with at_terminal(home) as (process, ours):
        read_until(ours, "q quit")
        os.write(ours, b"\x1b[D")
        read_until(ours, "Keys:")
        os.write(ours, b"r")
        read_until(ours, "CN2A")
        os.write(ours, b"n")
        read_until(ours, "Note:")
        os.write(ours, "不是城市\n".encode())
        read_until(ours, "goes with your answer")
        os.write(ours, b"i")
        read_until(ours, "CN3A")
        os.write(ours, b"q")
        read_until(ours, "documents of the queue")
        assert process.wait(30) == 0
    assert said(home) == [("CN1A", "relevant", None), ("CN2A", "irrelevant", "不是城市")]


def test_neither_ctrl_c_nor_a_kill_loses_a_word(home: Settings) -> None:
    """Ctrl-C ends with the progress; a kill leaves what was said before it, and the terminal's claims run out."""
    with at_terminal(home) as (process, ours):
        read_until(ours, "q quit")
        os.write(ours, b"r")
        read_until(ours, "CN2A")
        os.killpg(process.pid, signal.SIGINT)
        read_until(ours, "documents of the queue")
        assert process.wait(30) == 0
    with at_terminal(home) as (process, ours):
        read_until(ours, "q quit")
        os.write(ours, b"i")
        read_until(ours, "CN3A")
        process.kill()
        process.wait(30)
    assert said(home) == [("CN1A", "relevant", None), ("CN2A", "irrelevant", None)]
