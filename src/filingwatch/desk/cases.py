"""A case: one thing to decide, as a page can show it, whatever its kind. Plain data, no HTML."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from filingwatch.decisions import Decision
from filingwatch.desk.marking import Segment


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer. `key` is the key that gives it; `tone` is for, against or neutral; `asks` names the field that must
    be filled in before it can be given (`value` for a text of one's own, `note` for a reason), else it is empty."""

    key: str
    value: str
    label: str
    tone: str = "neutral"
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text under a heading; `language` is a code for the browser (zh, en, und). Told is what a message says:
    plain text with lines of its own."""

    heading: str
    language: str
    segments: tuple[Segment, ...]
    is_title: bool = False
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One line beside the text; with `url` it is a link to the document."""

    label: str
    value: str
    url: str | None = None
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Evidence in rows."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of it before; `note` is empty when no reason was given."""

    who: str
    when: str
    what: str
    note: str


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to decide. `case_id` is unique within its tab and watch; `why` says why it is asked; `glance` is what
    fits on one line; `value` fills the text field of a choice that asks for one; `settled_by` are the subjects of
    decisions that answer it; `marks_are` says whose opinion the marks in the text are."""

    case_id: str
    question: str
    why: str
    choices: tuple[Choice, ...]
    glance: tuple[str, ...] = ()
    texts: tuple[Text, ...] = ()
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    said: tuple[Said, ...] = ()
    is_synthetic: bool = False
    value: str = ""
    settled_by: tuple[str, ...] = ()
    silence: str = "Nobody has said anything of it."
    marks_are: str = "as the model reads it"

    @property
    def has_marks(self) -> bool:
        return any(segment.mark for text in self.texts for segment in text.segments)

    @property
    def has_against(self) -> bool:
        return any(segment.mark in ("against", "both") for text in self.texts for segment in text.segments)

    @property
    def has_both(self) -> bool:
        return any(segment.mark == "both" for text in self.texts for segment in text.segments)

    @property
    def asks_value(self) -> bool:
        return any(choice.asks == "value" for choice in self.choices)

    def with_said(self, decisions: Sequence[Decision], words: Mapping[str, str]) -> Case:
        """The same case with what was said of it, oldest first."""
        return replace(self, said=tuple(say(decision, words) for decision in decisions))


def say(decision: Decision, words: Mapping[str, str]) -> Said:
    """A decision in words; `words` are the readable forms of its values."""
    what = words.get(decision.value, decision.value)
    return Said(decision.decided_by, show_time(decision.decided_at), what, decision.reason or "")


def show_time(when: dt.datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


def show_date(day: dt.date | None) -> str:
    return "unknown" if day is None else day.isoformat()
