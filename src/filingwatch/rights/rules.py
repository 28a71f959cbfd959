"""Rules that tie words or classes to a right, read from a file and checked.

Here belong the shape of the file and its checks. A rule without a reason and a source is not accepted: whoever changes
one should be able to say what it rests on. How a rule is matched belongs to `tagging`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from filingwatch.errors import BadInput
from filingwatch.resources import PACKAGE, read_yaml

SHIPPED = PACKAGE / "rights" / "rules.yaml"
STATED, IMPLIED, JUDGED = "stated in text", "implied by class", "analyst's judgement"
STATES = (STATED, IMPLIED, JUDGED)
"""On what a tag rests: a quoted passage, a class symbol, or the word of a person."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(pattern=r"^(ICCPR|ICESCR|ICERD) [1-9][0-9]?$")]
Language = Literal["en", "zh"]
Terms = tuple[Words, ...]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Right(_Part):
    """An article of a covenant (ICCPR, ICESCR) or of ICERD, with the article of the Universal Declaration beside it."""

    code: Code
    udhr: Annotated[str, StringConstraints(pattern=r"^UDHR [1-9][0-9]?(-[1-9][0-9]?)?$")] | None = None
    name: Words


class Rule(_Part):
    """What ties a passage (`near`) or a class symbol (`classes`) to rights.

    `near` has groups of terms for each language: of every group one term must stand within one sentence or clause, and
    no further than `reach` letters from the first to the last. A sentence that holds a word of `unless`, and a filing
    that holds one of `unless_anywhere`, is passed over. `=name` among terms stands for the list of that name in
    `vocabulary`; a term that ends in `*` is the beginning of a word.
    """

    id: Slug
    version: int = Field(ge=1)
    rights: tuple[Code, ...] = Field(min_length=1)
    technology: Slug | None = None
    state: Literal["stated in text", "implied by class"]
    is_protective: bool = False
    near: Mapping[Language, tuple[Terms, ...]] = {}
    within: Literal["sentence", "clause"] = "sentence"
    reach: int | None = Field(default=None, ge=1)
    unless: Mapping[Language, Terms] = {}
    unless_anywhere: Mapping[Language, Terms] = {}
    classes: Terms = ()
    reason: Words
    source: Words

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages in which the rule reads; none for a rule of classes."""
        return tuple(sorted(self.near))

    @model_validator(mode="after")
    def _can_match(self) -> Self:
        if bool(self.near) == bool(self.classes):
            raise ValueError(f"{self.id!r} needs either terms in `near` or symbols in `classes`")
        if self.state != (STATED if self.near else IMPLIED):
            raise ValueError(f"{self.id!r} reads {'text' if self.near else 'classes'}, so its state is another one")
        if not all(groups and all(groups) for groups in self.near.values()):
            raise ValueError(f"{self.id!r} has a group without terms")
        if len(set(self.rights)) < len(self.rights):
            raise ValueError(f"{self.id!r} names a right twice")
        return self


class RuleSet(_Part):
    """All rules, with the rights that they name; `version` changes exactly when a tag could."""

    rights: tuple[Right, ...] = Field(min_length=1)
    vocabulary: Mapping[Slug, Mapping[Language, Terms]] = {}
    rules: tuple[Rule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        known = {right.code for right in self.rights}
        for what, ids in (("right", [right.code for right in self.rights]), ("rule", [rule.id for rule in self.rules])):
            twice = sorted({one for one in ids if ids.count(one) > 1})
            if twice:
                raise ValueError(f"given twice as a {what}: {', '.join(twice)}")
        for rule in self.rules:
            if strange := sorted(set(rule.rights) - known):
                raise ValueError(f"{rule.id!r} names {', '.join(strange)}, which `rights` does not describe")
            for name, language in _names_in(rule):
                if not self.vocabulary.get(name, {}).get(language):
                    raise ValueError(f"{rule.id!r} uses ={name}, of which `vocabulary` has nothing for {language}")
        return self

    @cached_property
    def version(self) -> str:
        plain = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]

    def __hash__(self) -> int:
        return hash(self.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RuleSet) and other.version == self.version

    @cached_property
    def by_code(self) -> dict[str, Right]:
        return {right.code: right for right in self.rights}

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    def spell(self, terms: Terms, language: Language) -> Terms:
        """The terms with the lists of `vocabulary` in the place of their names; each once."""
        spelled: dict[str, None] = {}
        for term in terms:
            spelled |= dict.fromkeys(self.vocabulary[term[1:]][language] if term.startswith("=") else (term,))
        return tuple(spelled)


def _names_in(rule: Rule) -> Iterator[tuple[str, Language]]:
    for language, groups in rule.near.items():
        yield from ((term[1:], language) for group in groups for term in group if term.startswith("="))
    for words in (rule.unless, rule.unless_anywhere):
        for language, terms in words.items():
            yield from ((term[1:], language) for term in terms if term.startswith("="))


def read_rules(path: Path = SHIPPED) -> RuleSet:
    """The rules of a file.

    Raises:
        BadInput: not YAML, or not rules; the message lists each field that is wrong and why.
    """
    try:
        data = read_yaml(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"The rules {path} could not be read: {error}. Mend the file or move it away.") from error
    if not isinstance(data, dict):
        raise BadInput(f"The rules {path} must be a mapping with `rights` and `rules`; see the shipped rules.yaml.")
    try:
        return RuleSet.model_validate(data)
    except ValidationError as error:
        lines = [f"  {_name_place(data, e['loc'])}: {e['msg']}" for e in error.errors()]
        raise BadInput(f"The rules {path} are not right:\n" + "\n".join(lines)) from error


def _name_place(data: dict, place: tuple[int | str, ...]) -> str:
    """A place in the file with the id of its rule instead of a number."""
    try:
        if place[:1] == ("rules",):
            return ".".join(map(str, (f"rule {data['rules'][place[1]]['id']}", *place[2:])))
    except (IndexError, KeyError, TypeError):
        pass
    return ".".join(map(str, place)) or "the file"
