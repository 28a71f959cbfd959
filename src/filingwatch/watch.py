"""A watch: one research question as a file, parsed and checked.

Here belong the shape of the file and its checks. What follows from a watch (labels, topics, series) is data and lives
in the warehouse under the watch's name.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from filingwatch.errors import BadInput
from filingwatch.resources import read_yaml, shipped_watches
from filingwatch.settings import Settings

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Body = Literal["eyes_ears", "nerves", "brain", "hands"]
Dimension = Literal["office", "patent_type", "technology", "topic", "applicant_group"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Term(_Part):
    """A word or phrase in one language, with the reason why it is in the query (or kept out of it).

    `unless` lists words beside which it means something else: in a text that holds one of them it does not count. A
    word of `exclude`, on the other hand, speaks against the whole filing.
    """

    term: Words
    language: Literal["zh", "en"]
    reason: Words
    unless: tuple[Words, ...] = ()


class _Entry(_Part):
    """Something that filings belong to by class (tags of the technology seed) or by words in their text.

    `unless` lists words beside which its terms mean something else, as for a single term; classes count all the same.
    """

    id: Slug
    name_en: Words
    name_zh: Words
    tags: tuple[str, ...] = ()
    terms: tuple[Words, ...] = ()
    unless: tuple[Words, ...] = ()

    @model_validator(mode="after")
    def _can_match(self) -> Self:
        if not self.tags and not self.terms:
            raise ValueError(f"{self.id!r} has neither tags nor terms, so no filing could belong to it")
        if self.unless and not self.terms:
            raise ValueError(f"{self.id!r} has words in `unless` but no terms that they could speak against")
        return self


class Technology(_Entry):
    """What a filing is about. `body` is its part in the picture of a city that sees, feels, thinks and acts."""

    body: Body | None = None
    rights: tuple[str, ...] = ()


class Use(_Entry):
    """What a filing is for: a field of use such as traffic or policing."""


class BodyPart(_Entry):
    """A part of a city that sees and hears, carries, thinks or acts, beside what the technologies say of theirs."""

    id: Body  # type: ignore[assignment]


class SeriesRule(_Part):
    """One family of series to monitor: relevant inventions counted by month for every cell of these dimensions."""

    by: tuple[Dimension, ...]
    least_filings: int = Field(default=60, ge=1)
    only: dict[Dimension, tuple[str, ...]] = {}


class AlertRule(_Part):
    """From which size and certainty on a changepoint is told to people."""

    least_rate_ratio: float = Field(default=1.5, gt=1)
    least_probability: float = Field(default=0.95, gt=0, lt=1)


class RelevanceRule(_Part):
    recall_target: float = Field(default=0.95, gt=0, lt=1)


class TopicRule(_Part):
    """How many topics are wanted (chosen by stability and coherence where nobody says), and which share of their names
    a refit may lose without a person's word."""

    count: int | None = Field(default=None, ge=2, le=200, strict=True)
    most_lost_share: float = Field(default=0.2, ge=0, le=1)


class Watch(_Part):
    """A research question. `version` is the hash of its content: it changes exactly when the question changes."""

    watch: Slug
    title: Words
    question: Words
    include: tuple[Term, ...] = Field(min_length=1)
    exclude: tuple[Term, ...] = ()
    classes: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()
    technologies: tuple[Technology, ...] = ()
    uses: tuple[Use, ...] = ()
    body: tuple[BodyPart, ...] = ()
    series: tuple[SeriesRule, ...] = Field(min_length=1)
    alerts: AlertRule = AlertRule()
    relevance: RelevanceRule = RelevanceRule()
    topics: TopicRule = TopicRule()

    @field_validator("technologies", "uses", "body")
    @classmethod
    def _distinct(cls, entries: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
        ids = [entry.id for entry in entries]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"ids must be distinct; given twice: {', '.join(twice)}")
        return entries

    @property
    def version(self) -> str:
        plain = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]


def read_watch(path: Path) -> Watch:
    """One watch from its YAML file.

    Raises:
        BadInput: not YAML, or not a watch; the message lists each field that is wrong and why.
    """
    try:
        data = read_yaml(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"The watch {path} could not be read: {error}. Mend the file or move it away.") from error
    if not isinstance(data, dict):
        raise BadInput(f"The watch {path} must be a mapping of fields; see the shipped smart_cities.yaml.")
    try:
        return Watch.model_validate(data)
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in error.errors()]
        raise BadInput(f"The watch {path} is not right:\n" + "\n".join(lines)) from error


def choose_watch(settings: Settings, name: str | None) -> str:
    """The name of a watch that exists: the one that is named, or the only one there is.

    Raises:
        BadInput: no such watch, or several and none named; lists them.
    """
    names = [watch.watch for watch in read_watches(settings)]
    if name is None and len(names) == 1:
        return names[0]
    if name not in names:
        asked = "Several watches are there; name one" if name is None else f"There is no watch {name!r}; use one"
        raise BadInput(f"{asked} of: {', '.join(names)}.")
    return name


def read_watches(settings: Settings) -> tuple[Watch, ...]:
    """The shipped watches and the user's own, by name; a user's file replaces the shipped one of the same name.

    Raises:
        BadInput: a file is not a watch, or two of the user's files carry the same name.
    """
    shipped = {watch.watch: watch for watch in map(read_watch, sorted(shipped_watches().glob("*.yaml")))}
    own: dict[str, Watch] = {}
    for path in sorted(settings.user_watches.glob("*.yaml")):
        watch = read_watch(path)
        if watch.watch in own:
            raise BadInput(f"Two files in {settings.user_watches} are called {watch.watch!r}; rename one of them.")
        own[watch.watch] = watch
    return tuple((shipped | own)[name] for name in sorted(shipped | own))
