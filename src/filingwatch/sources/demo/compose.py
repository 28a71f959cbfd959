"""What an act of a demo office says: titles, abstracts, applicants and classes, composed from the demo's own phrases.

Every choice comes from the invention's `draw`, so all publications of one invention speak of the same thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from filingwatch.filing import Classification, Filing, Party, Text
from filingwatch.sources.demo.acts import Act, Invention
from filingwatch.sources.demo.fields import Field, Phrase

T = TypeVar("T")

TRANSLATED_SHARE = 0.5
CPC_SHARE_IN_CHINA = 0.3
_BOILERPLATE = Phrase("，可用于智慧城市建设", ", also for the construction of a smart city")
_OPENINGS = (
    Phrase("{subject}公开了{title}。", "{title} is disclosed."),
    Phrase("{subject}提供{title}，属于工程技术领域。", "The application provides the following: {title_lower}."),
    Phrase("{subject}涉及{title}。", "The invention relates to the following: {title_lower}."),
)
_MISTRANSLATIONS = (("smart city", "wisdom city"), ("licence plate", "license plate"), ("checkpoint", "bayonet"))


class Applicant(NamedTuple):
    """An applicant as written on Chinese and on other documents, with the country of its seat."""

    zh: str
    en: str
    country: str


class Wording(NamedTuple):
    """Title and abstract of an invention in both languages, its applicants, and what its office adds."""

    title: Phrase
    abstract: Phrase
    applicants: tuple[Applicant, ...]
    is_translated: bool
    has_cpc: bool


class _Draw:
    """One large number, spent digit by digit: the same number makes the same choices."""

    __slots__ = ("left",)

    def __init__(self, number: int) -> None:
        self.left = number

    def below(self, size: int) -> int:
        self.left, place = divmod(self.left, size)
        return place

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def pick_some(self, choices: Sequence[T], count: int) -> list[T]:
        left = list(choices)
        return [left.pop(self.below(len(left))) for _ in range(count)]

    def happens(self, share: float) -> bool:
        return self.below(1000) < share * 1000


def describe_act(act: Act) -> Filing:
    """The record of this act. A withdrawal carries ids only, as offices do it."""
    if act.what == "withdrawn":
        return Filing(act.publication, str(act.publication), application=act.application, is_deleted=True)
    wording = word_invention(act.invention, act.publication.office, act.publication.kind)
    return Filing(
        publication=act.publication,
        original_number=str(act.publication),
        publication_date=act.published_on,
        application=act.application,
        filing_date=act.filed,
        earliest_priority_date=act.priority.date if act.priority else act.filed,
        grant_date=act.published_on if act.is_grant else None,
        family_id=act.invention.family_id,
        priorities=(act.priority,) if act.priority else (),
        texts=_texts(act, wording),
        parties=_parties(act, wording),
        classifications=_classes(act, wording),
    )


def word_invention(invention: Invention, office: str, kind: str) -> Wording:
    """The words of an invention; a utility model says so where an invention says invention."""
    draw, field = _Draw(invention.draw), invention.field
    form = "device" if invention.is_device else draw.pick(("method", "method", "system"))
    slots = _slots(draw, field)
    pattern = draw.pick(field.titles[form])
    title = Phrase(pattern.zh.format(**slots), _capitalise(pattern.en.format(**slots)))
    subject = "本实用新型" if (office, kind[:1]) in (("CN", "U"), ("CN", "Y")) else "本发明"
    abstract = _abstract(draw, field, title, subject, slots)
    company, is_joint = draw.pick(field.companies), draw.happens(0.08)
    partner = draw.pick(field.companies)
    applicants = [company, partner] if is_joint and partner is not company else [company]
    names = tuple(Applicant(draw.pick(c.zh), draw.pick(c.en), c.country) for c in applicants)
    return Wording(title, abstract, names, draw.happens(TRANSLATED_SHARE), draw.happens(CPC_SHARE_IN_CHINA))


def _slots(draw: _Draw, field: Field) -> dict[str, str]:
    chosen = {"thing": draw.pick(field.things), "mean": draw.pick(field.means), "scene": draw.pick(field.scenes)}
    return {f"{name}_{language}": getattr(p, language) for name, p in chosen.items() for language in ("zh", "en")}


def _abstract(draw: _Draw, field: Field, title: Phrase, subject: str, slots: dict[str, str]) -> Phrase:
    opening, effect = draw.pick(_OPENINGS), draw.pick(field.effects)
    parts, steps = draw.pick_some(field.parts, 3), draw.pick_some(field.steps, 2)
    boilerplate = _BOILERPLATE if draw.happens(field.boilerplate) else Phrase("", "")
    zh = (
        opening.zh.format(subject=subject, title=title.zh)
        + f"其包括{parts[0].zh}、{parts[1].zh}和{parts[2].zh}，并采用{slots['mean_zh']}：{steps[0].zh}；{steps[1].zh}。"
        + f"{effect.zh}，适用于{slots['scene_zh']}{boilerplate.zh}。"
    )
    en = (
        opening.en.format(title=title.en, title_lower=title.en[0].lower() + title.en[1:])
        + f" It comprises {parts[0].en}, {parts[1].en} and {parts[2].en}, and makes use of {slots['mean_en']}."
        + f" {_capitalise(steps[0].en)}; {steps[1].en}."
        + f" {_capitalise(effect.en)}, for instance in {slots['scene_en']}{boilerplate.en}."
    )
    return Phrase(zh, en)


def _texts(act: Act, wording: Wording) -> tuple[Text, ...]:
    title = _cut(wording.title) if act.has_cut_title else wording.title
    if act.publication.office != "CN":
        return (Text("title", title.en, "en", "original"), Text("abstract", wording.abstract.en, "en", "original"))
    texts = (Text("title", title.zh, "zh", "original"), Text("abstract", wording.abstract.zh, "zh", "original"))
    if not wording.is_translated:
        return texts
    return (
        *texts,
        Text("title", _mistranslate(title.en), "en", "machine_translation"),
        Text("abstract", _mistranslate(wording.abstract.en), "en", "machine_translation"),
    )


def _parties(act: Act, wording: Wording) -> tuple[Party, ...]:
    in_china = act.publication.office == "CN"
    # the country of applicants is often missing in what is passed on of Chinese documents
    has_country = not in_china or act.invention.draw % 5 >= 3
    return tuple(
        Party("applicant", name.zh if in_china else name.en, name.country if has_country else None)
        for name in wording.applicants
    )


def _classes(act: Act, wording: Wording) -> tuple[Classification, ...]:
    has_cpc = act.publication.office != "CN" or wording.has_cpc
    return tuple(
        dated.symbol
        for dated in act.invention.field.classes
        if dated.is_given(act.published_on.year) and (has_cpc or dated.symbol.scheme == "ipc")
    )


def _cut(title: Phrase) -> Phrase:
    """A title whose end was lost on the way."""
    return Phrase(title.zh[: len(title.zh) * 2 // 3], title.en[: len(title.en) * 2 // 3].rstrip())


def _mistranslate(text: str) -> str:
    for right, wrong in _MISTRANSLATIONS:
        text = text.replace(right, wrong)
    return text


def _capitalise(text: str) -> str:
    return text[0].upper() + text[1:]
