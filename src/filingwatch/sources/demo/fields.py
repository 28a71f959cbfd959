"""The demo's fields of technology: the phrases, classes and applicants of which its filings are made.

Here belongs reading of the phrase files. How phrases become a title or an abstract belongs to `compose`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from filingwatch.filing import Classification
from filingwatch.resources import read_yaml

_FOLDER = Path(__file__).resolve().parent


class Phrase(NamedTuple):
    """The same words in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class DatedClass:
    """A class symbol and the publication years in which offices give it (None: from the first, to the last)."""

    symbol: Classification
    since: int | None = None
    until: int | None = None

    def is_given(self, year: int) -> bool:
        return (self.since is None or self.since <= year) and (self.until is None or year <= self.until)


@dataclass(frozen=True, slots=True)
class Company:
    """An invented applicant with its spellings and the country of its seat."""

    zh: tuple[str, ...]
    en: tuple[str, ...]
    country: str


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field of technology. `share` is its share of the filings of its side (of interest, or colliding).

    `is_of_interest` is said of smart cities; `taxon` is the animal of a field that the wildlife watch is after.

    Fields are told apart by identity: `read_fields` makes each of them once.
    """

    name: str
    is_of_interest: bool
    share: float
    boilerplate: float
    classes: tuple[DatedClass, ...]
    titles: dict[str, tuple[Phrase, ...]]
    things: tuple[Phrase, ...]
    means: tuple[Phrase, ...]
    parts: tuple[Phrase, ...]
    steps: tuple[Phrase, ...]
    effects: tuple[Phrase, ...]
    scenes: tuple[Phrase, ...]
    companies: tuple[Company, ...]
    taxon: str | None = None


_TITLES = {
    "method": (
        Phrase("基于{mean_zh}的{thing_zh}方法", "{thing_en} method based on {mean_en}"),
        Phrase(
            "基于{mean_zh}的{thing_zh}方法、装置及存储介质",
            "{thing_en} method, device and storage medium based on {mean_en}",
        ),
        Phrase("一种采用{mean_zh}的{scene_zh}{thing_zh}方法", "Method for {thing_en} in {scene_en} using {mean_en}"),
    ),
    "system": (
        Phrase("一种面向{scene_zh}的{thing_zh}系统", "{thing_en} system for {scene_en}"),
        Phrase("一种基于{mean_zh}的{scene_zh}{thing_zh}系统", "{thing_en} system for {scene_en} based on {mean_en}"),
    ),
    "device": (
        Phrase("一种{scene_zh}用{thing_zh}装置", "{thing_en} device for {scene_en}"),
        Phrase("一种采用{mean_zh}的{scene_zh}{thing_zh}设备", "{thing_en} equipment for {scene_en} using {mean_en}"),
    ),
}
_OWN_TITLE_ENDINGS = (
    Phrase("（{scene_zh}用）", " for {scene_en}"),
    Phrase("（采用{mean_zh}）", " using {mean_en}"),
    Phrase("（采用{mean_zh}，{scene_zh}用）", " using {mean_en}, for {scene_en}"),
)


@cache
def read_fields() -> tuple[Field, ...]:
    """All fields in a fixed order: those of interest first."""
    companies = read_yaml(_FOLDER / "companies.yaml")
    return tuple(
        _field(name, data, total, is_of_interest, companies["of_interest" if is_of_interest else "colliding"])
        for file, is_of_interest in (("fields_of_interest.yaml", True), ("fields_that_collide.yaml", False))
        for fields in [read_yaml(_FOLDER / file)]
        for total in [sum(data["share"] for data in fields.values())]
        for name, data in fields.items()
    )


@cache
def read_wildlife_fields() -> tuple[Field, ...]:
    """The fields of the small second stream: the taxa first, then what collides with them."""
    sides, companies = read_yaml(_FOLDER / "fields_of_wildlife.yaml"), read_yaml(_FOLDER / "companies.yaml")["wildlife"]
    return tuple(
        replace(_field(name, data, total, False, companies), taxon=name if side == "of_interest" else None)
        for side, fields in sides.items()
        for total in [sum(data["share"] for data in fields.values())]
        for name, data in fields.items()
    )


@cache
def read_beginning_field() -> Field:
    """The subject that begins in a world made with one; those who file it are those of the fields of interest."""
    companies = read_yaml(_FOLDER / "companies.yaml")["of_interest"]
    [(name, data)] = read_yaml(_FOLDER / "fields_that_begin.yaml").items()
    return _field(name, data, data["share"], True, companies)


def _field(name: str, data: dict[str, Any], total: float, is_of_interest: bool, companies: list[Any]) -> Field:
    phrases = {
        kind: tuple(Phrase(*line.split(" | ")) for line in data[kind])
        for kind in ("things", "means", "parts", "steps", "effects", "scenes")
    }
    return Field(
        name=name,
        is_of_interest=is_of_interest,
        share=data["share"] / total,
        boilerplate=data.get("boilerplate", 0.4 if is_of_interest else 0.0),
        classes=tuple(_dated_class(entry) for entry in data["classes"]),
        titles=_TITLES | {form: _own_titles(pair) for form, pair in data.get("titles", {}).items()},
        companies=tuple(
            Company(tuple(entry["zh"]), tuple(entry["en"]), entry.get("country", "CN")) for entry in companies
        ),
        **phrases,
    )


def _own_titles(pair: list[str]) -> tuple[Phrase, ...]:
    zh, en = (
        text.replace("{thing}", f"{{thing_{language}}}") for text, language in zip(pair, ("zh", "en"), strict=True)
    )
    return tuple(Phrase(zh + ending.zh, en + ending.en) for ending in _OWN_TITLE_ENDINGS)


def _dated_class(entry: dict[str, Any]) -> DatedClass:
    scheme = "ipc" if "ipc" in entry else "cpc"
    return DatedClass(Classification(scheme, entry[scheme]), entry.get("since"), entry.get("until"))
