"""The texts of a filing as a case shows them: every language that is there, with its reasons marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from filingwatch.desk.cases import Fact, Text, show_date
from filingwatch.desk.marking import Segment, mark_text
from filingwatch.label_items import Item, say_probability

_LANGUAGES = {"en": "English", "zh": "Chinese"}


def show_texts(row: Mapping[str, Any], words_for: Iterable[str], words_against: Iterable[str]) -> tuple[Text, ...]:
    """Titles and abstracts of a row of core.fct_invention, Chinese first: it is mostly the original.

    A filing in another language has its whole text under one heading.
    """
    found = [
        (f"{part.capitalize()}, {_LANGUAGES[language]}", language, row[f"{part}_{language}"])
        for part in ("title", "abstract")
        for language in ("zh", "en")
        if row.get(f"{part}_{language}")
    ]
    if not found:
        found = [("Text", "und", row.get("text") or row.get("title") or "Nothing but the number is known.")]
    chosen_for, chosen_against = list(words_for), list(words_against)
    return tuple(
        Text(heading, language, mark_text(text, chosen_for, chosen_against), heading.startswith("Title"))
        for heading, language, text in found
    )


def read_item_texts(item: Item) -> tuple[Text, ...]:
    """The texts of a document to be labelled, with the model's reasons marked: titles first, then abstracts."""
    row = {f"{part}_{text.language}": getattr(text, part) for text in item.texts for part in ("title", "abstract")}
    other = next((text for text in item.texts if text.language not in _LANGUAGES), None)
    row["text"] = other and "\n".join(filter(None, (other.title, other.abstract)))
    return show_texts(row, item.words_for, item.words_against)


def describe_item(item: Item) -> tuple[Fact, ...]:
    """What is known of a document beside its texts."""
    # an address of a stranger's file: anything but a page of the web would be run or opened by the browser
    is_page = (item.url or "").startswith(("https://", "http://"))
    return (
        Fact("Invention", item.invention_id, item.url if is_page else None),
        Fact("Applicants", "; ".join(item.applicants) or "unknown"),
        Fact("Classes", ", ".join(item.symbols) or "none", segments=_mark_symbols(item)),
        Fact("Speaks for", ", ".join(item.words_for) or "nothing"),
        Fact("Speaks against", ", ".join(item.words_against) or "nothing"),
    )


def glance_at(item: Item) -> tuple[str, ...]:
    """What a reader wants to know first, on one line."""
    probability = "not judged by a model" if item.probability is None else say_probability(item.probability)
    published = show_date(item.earliest_publication_date)
    return (probability, item.office, f"filed {show_date(item.filing_date)}", f"published {published}")


def _mark_symbols(item: Item) -> tuple[Segment, ...]:
    """Class symbols, marked where the symbol or a wider one that holds it is a reason."""
    found: list[Segment] = []
    for symbol in item.symbols:
        plain = symbol.replace(" ", "").upper()
        is_for, is_against = (
            any(_holds(word, plain) for word in words) for words in (item.words_for, item.words_against)
        )
        mark = "both" if is_for and is_against else "for" if is_for else "against" if is_against else ""
        found += [Segment(", ")] if found else []
        found.append(Segment(symbol, mark))
    return tuple(found)


def _holds(word: str, symbol: str) -> bool:
    plain = word.replace(" ", "").upper()
    return len(plain) >= 4 and (symbol == plain or (symbol.startswith(plain) and ("/" not in plain)))
