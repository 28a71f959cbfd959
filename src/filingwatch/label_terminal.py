"""Labelling in a terminal: one document at a time, one key each; or line by line through a pipe.

Here belong keys and what is printed. What a word does belongs to `labelling`. Every word is in the inbox before the
next document is shown, so that stopping at any moment, however rude, loses nothing.
"""

from __future__ import annotations

import os
import re
import select
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self, TextIO

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from filingwatch import claims, labelling
from filingwatch.label_items import Item, say_probability
from filingwatch.settings import Settings
from filingwatch.terminal import clean
from filingwatch.watch import Watch

ANSWERS = {"r": "relevant", "i": "irrelevant", "s": "skip"}
KEYS = "r relevant   i irrelevant   s skip   n note   u undo   b back   o address   ? criteria   q quit"
_AHEAD = 5
_FOR, _AGAINST = "bold green", "red underline"


class Keys:
    """What the person presses: single keys from a terminal, first letters of lines from a pipe; q at the end.

    Inside its `with` block the terminal gives every key at once, without showing it; Ctrl-C stays what it is.
    """

    def __init__(self, source: TextIO | None = None) -> None:
        self._source = source or sys.stdin
        self._is_terminal = self._source.isatty() and _has_termios()
        self._before: list[Any] | None = None

    def __enter__(self) -> Self:
        if self._is_terminal:
            import termios
            import tty

            self._before = termios.tcgetattr(self._source)
            tty.setcbreak(self._source, termios.TCSADRAIN)
        return self

    def __exit__(self, *error: object) -> None:
        if self._before is not None:
            import termios

            termios.tcsetattr(self._source, termios.TCSADRAIN, self._before)

    def key(self) -> str:
        if not self._is_terminal:
            line = self._source.readline()
            return (line.strip()[:1].lower() or " ") if line else "q"
        pressed = self._read_byte()
        # arrows and other keys of several bytes begin with an escape: none of their letters is an answer
        while pressed[:1] == b"\x1b" and select.select([self._source], [], [], 0.02)[0]:
            os.read(self._source.fileno(), 1)
        return pressed.decode("ascii", "replace").lower() if pressed not in (b"", b"\x04") else "q"

    def line(self, ask: Callable[[], None]) -> str:
        """A whole line, edited as the terminal allows; empty at the end of a pipe. `ask` says what for."""
        if not self._is_terminal:
            ask()
            return self._source.readline().strip()
        # first the terminal takes lines, then it is asked for: what is typed at once would be lost between the two
        self.__exit__()
        try:
            ask()
            found = b""
            while not found.endswith(b"\n") and (byte := self._read_byte()):
                found += byte
        finally:
            self.__enter__()
        return found.decode("utf-8", "replace").strip()

    def _read_byte(self) -> bytes:
        # polars catches Ctrl-C in a way that lets a plain read sleep on; a select wakes up
        while not select.select([self._source], [], [], 0.5)[0]:
            pass
        return os.read(self._source.fileno(), 1)


@dataclass
class Sitting:
    """One person labelling one watch, from the first document to q. `limit` is how many words at most."""

    settings: Settings
    watch: Watch
    annotator: str
    console: Console
    keys: Keys
    limit: int | None = None
    said: int = 0
    _ahead: deque[Item] = field(default_factory=deque)
    _seen: list[str] = field(default_factory=list)
    _skipped: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Show, ask, write, until q, the limit, the end of the queue or Ctrl-C."""
        try:
            self._ask()
        except KeyboardInterrupt:
            self.console.print("\nStopped. Everything said so far is in the inbox.")
        finally:
            claims.release(self.settings, self.watch.watch, self.annotator)

    def _ask(self) -> None:
        with self.keys:
            while (self.limit is None or self.said < self.limit) and (item := self._next()) is not None:
                if not self._judge(item):
                    break

    def _next(self) -> Item | None:
        if not self._ahead:
            # what was skipped in this sitting would come round at once: leave it for the next one
            limit = _AHEAD + len(self._skipped)
            found = labelling.next_items(self.settings, self.watch.watch, self.annotator, limit=limit)
            self._ahead.extend([item for item in found if item.invention_id not in self._skipped][:_AHEAD])
        if not self._ahead:
            self.console.print("Nothing is left to read in the queue; the next night makes a new one.")
            return None
        return self._ahead.popleft()

    def _judge(self, item: Item) -> bool:
        """Ask until there is an answer; False when the person wants to stop."""
        self._show(item)
        note, started = None, time.monotonic()
        while True:
            key = self.keys.key()
            if key in ANSWERS:
                self._say(item, ANSWERS[key], note, time.monotonic() - started)
                return True
            if key == "q":
                return False
            if key == "n":
                note = self.keys.line(lambda: self.console.print("Note: ", end="")) or None
                self.console.print(
                    f"The note goes with your answer: {clean(note)}" if note else "No note.", markup=False
                )
            elif key == "u" and (again := self._undo()) is not None:
                self._ahead.extendleft([again] if again.invention_id == item.invention_id else [item, again])
                return True
            elif key == "b" and self._seen:
                self._ahead.extendleft([item, self._read(self._seen.pop())])
                return True
            elif key == "b":
                self.console.print("This is the first document of this sitting.")
            elif key == "o":
                self.console.print(clean(item.url or "No address is known."), markup=False, soft_wrap=True)
            elif key == "?":
                show_criteria(self.console, self.watch)
            elif key not in "u \n":
                self.console.print(f"Keys: {KEYS}", markup=False)

    def _say(self, item: Item, value: str, note: str | None, seconds: float) -> None:
        made = labelling.put_label(
            self.settings, self.watch.watch, self.annotator, item.invention_id, value, note=note,
            context={
                "chosen_as": item.chosen_as, "model_id": item.model_id, "probability": item.probability,
                "seconds": round(seconds, 1), "terminal": True,
            },
        )  # fmt: skip
        self.said += 1
        self._forget(item.invention_id)
        self._seen.append(item.invention_id)
        if value == "skip":
            self._skipped.add(item.invention_id)
        words = "skipped" if value == "skip" else value
        self.console.print(f"{made.decision_id}: {item.invention_id} is {words}\n", style="bold", highlight=False)

    def _undo(self) -> Item | None:
        """Take the last word back and return its document, to be asked about again."""
        made = labelling.undo(self.settings, self.watch.watch, self.annotator, context={"terminal": True})
        if made is None:
            self.console.print("Nothing of yours is left to take back.")
            return None
        self.said = max(0, self.said - 1)
        item = self._read(made.subject)
        self._skipped.discard(item.invention_id)
        self._forget(item.invention_id)
        stands = "nothing" if made.value == "reset" else made.value
        self.console.print(f"Taken back: of {made.subject} stands {stands}.\n", highlight=False)
        return item

    def _read(self, subject: str) -> Item:
        return labelling.read_item(self.settings, self.watch.watch, subject, annotator=self.annotator)

    def _forget(self, invention: str) -> None:
        self._seen = [one for one in self._seen if one != invention]

    def _show(self, item: Item) -> None:
        place = "" if item.place is None else f", place {item.place} of the queue"
        self.console.print(Rule(f"{self.watch.title}: {self.said + 1} of this sitting{place}", align="left"))
        show_item(self.console, item)
        self.console.print(Text(KEYS, style="dim"))


def show_item(console: Console, item: Item) -> None:
    """Title, abstract with the words for and against it, who, when, and why it is asked about."""
    for text in item.texts:
        console.print(_mark(text.title, item, base="bold"), overflow="fold")
    dates = [f"filed {item.filing_date}", f"published {item.earliest_publication_date}"]
    facts = [item.invention_id, ", ".join(item.applicants), *(date for date in dates if not date.endswith("None"))]
    console.print(Text(clean(" · ".join(fact for fact in facts if fact))), overflow="fold")
    if item.symbols:
        console.print(_mark(" · ".join(item.symbols), item), overflow="fold")
    for text in item.texts:
        if text.abstract:
            console.print()
            console.print(_mark(text.abstract, item), overflow="fold")
    console.print()
    for name, words in (("for    ", item.words_for), ("against", item.words_against)):
        if words:
            console.print(Text.assemble((f"{name}  ", "dim"), clean(", ".join(words))), overflow="fold")
    chance = "" if item.probability is None else f", {say_probability(item.probability)}"
    console.print(Text.assemble(("chosen   ", "dim"), clean(f"{item.chosen_as}{chance}: {item.why}")), overflow="fold")
    for one in item.said:
        note = f" ({clean(one.note)})" if one.note else ""
        console.print(Text(f"said     {one.value} by {clean(one.who)} on {one.at:%Y-%m-%d}{note}"), overflow="fold")
    if item.is_synthetic:
        console.print(Text("SYNTHETIC: the demo office invented this filing.", style="yellow"))


def show_criteria(console: Console, watch: Watch) -> None:
    """The question and its terms, each with its reason."""
    for name, terms in (("in", watch.include), ("out", watch.exclude)):
        for term in terms:
            unless = f" Not beside {', '.join(term.unless)}." if term.unless else ""
            console.print(Text.assemble((f"{name:>4} ", "dim"), (term.term, "bold"), f"  {term.reason}{unless}"))
    if watch.classes:
        console.print(Text(f"classes: {', '.join(watch.classes)}"), overflow="fold")
    # last, since the terms of a watch are more than a screen
    console.print(Text(f"{watch.title}: {watch.question}", style="bold"), overflow="fold")


def show_progress(console: Console, progress: labelling.Progress) -> None:
    """Who labelled how much, what is left, and what the last night says about stopping."""
    people = ", ".join(f"{clean(who)} {count}" for who, count in progress.by_person.items()) or "nobody yet"
    today = sum(progress.today.values())
    lines = [
        f"{progress.watch}: {progress.relevant} relevant, {progress.irrelevant} irrelevant, {progress.skipped} skipped,"
        f" {progress.disputed} disputed; {today} answers today; labels by {people}.",
        f"{progress.left} documents of the queue are without a label.",
    ]
    if progress.disputed:
        lines.append("A third person decides what is disputed: filingwatch labels disputes")
    lines.append(
        f"Last night: {progress.advice}" if progress.advice else "Whether it is enough is known after the next night."
    )
    if progress.waiting:
        lines.append(f"{progress.waiting} decisions wait for the next run, which learns from them.")
    for line in lines:
        console.print(Text(line))


def _mark(text: str, item: Item, base: str = "") -> Text:
    marked = Text(clean(text), style=base)
    for style, words in ((_AGAINST, item.words_against), (_FOR, item.words_for)):
        for start, end in _spans(marked.plain, words):
            marked.stylize(style, start, end)
    return marked


def _spans(text: str, words: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where the words stand, in any case, with any spaces: reasons are kept in normal form."""
    for word in words:
        parts = r"\s*".join(re.escape(part) for part in re.findall(r"[^\W_]+|[^\w\s]|_", word))
        if word.isascii():
            parts = rf"(?<![A-Za-z0-9]){parts}"
        for match in re.finditer(parts, text, re.IGNORECASE):
            if match.end() > match.start():
                yield match.span()


def _has_termios() -> bool:
    try:
        import termios  # noqa: F401
    except ImportError:
        return False
    return True
