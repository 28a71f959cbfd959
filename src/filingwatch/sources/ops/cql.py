"""The question of the watches in the query language of OPS: independent searches, each as small as OPS wants them.

Only the indexes and relations named here are ever sent. Terms in other scripts than Latin are not asked, since OPS
searches English text; they are given back so that a page can name them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from filingwatch.sources.base import Query, Window

LONGEST_ADDRESS = 1400
"""No limit is documented; addresses below 1,500 characters are known to work."""

MOST_TERMS = 10
"""OPS takes 20 search terms in all and 10 of one index (forums.epo.org, 2015). Whether a phrase counts as one is not
known, so words are counted. A clause has half of the 20; the other half is for days, offices and a section."""

BIG_OFFICES = ("CN", "US", "JP", "KR", "EP", "WO")
MOST_OFFICES = 7
SECTIONS = tuple("ABCDEFGHY")

_ADDRESS = 90  # characters before the query: host, path, `?`
# Operators of the language, and words that OPS does not search.
_PASSED_OVER = frozenset("a an and any but by for from in is not of on or prox the to with".split())
_WORD = re.compile(r"[a-z0-9]+")
_GROUP = re.compile(r"([A-HY]\d{2}[A-Z])0*(\d{1,4})(?:/(\d{2,6}))?")
_ABOVE_GROUP = re.compile(r"[A-HY](?:\d{2}[A-Z]?)?")


@dataclass(frozen=True, slots=True)
class Clauses:
    """Boolean expressions that together ask the whole question, and the terms and classes that no one can ask here."""

    texts: tuple[str, ...]
    not_asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """One search: a clause in a window, narrowed where it would otherwise have more hits than can be fetched.

    Empty values narrow nothing; `not_offices` leaves out what other searches ask for.
    """

    clause: int
    window: Window
    offices: tuple[str, ...] = ()
    not_offices: tuple[str, ...] = ()
    section: str = ""

    @property
    def label(self) -> str:
        """In words, for notes."""
        parts = [f"{self.window.start} to {self.window.last}"]
        parts += [" ".join(self.offices)] if self.offices else []
        parts += [f"not {' '.join(self.not_offices)}"] if self.not_offices else []
        parts += [f"section {self.section}"] if self.section else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Atom:
    """One part of a clause, and as how many search terms it counts."""

    text: str
    count: int


def write_clauses(query: Query) -> Clauses:
    """The terms and classes of a query as clauses of bounded size, in the query's order."""
    written = [(term, write_term(term)) for term in query.terms]
    written += [(symbol, write_class(symbol)) for symbol in query.classes]
    atoms = dict.fromkeys(atom for _, atom in written if atom is not None)
    return Clauses(tuple(_pack(atoms)), tuple(text for text, atom in written if atom is None))


def asked_offices(query: Query) -> tuple[str, ...]:
    """The offices by which searches are narrowed: the query's, unless they are too many to be named."""
    return query.offices if len(query.offices) <= MOST_OFFICES else ()


def write_term(term: str) -> Atom | None:
    """A term as a search in title and abstract; None when it is not in Latin letters or digits.

    A plain phrase is quoted. One with punctuation (a quoted hyphen finds nothing), with words that OPS does not search
    or with very many words is asked as its words, all of them wanted in any order. Nothing but letters, digits and
    blanks gets between the quotes.
    """
    plain = " ".join(term.split()).lower()
    words = [word for word in _WORD.findall(plain) if word not in _PASSED_OVER][:MOST_TERMS]
    if not term.isascii() or not words or sum(map(len, words)) > LONGEST_ADDRESS // 4:
        return None
    relation = "=" if len(words) == 1 or " ".join(words) == plain else " all "
    return Atom(f'ta{relation}"{" ".join(words)}"', len(words))


def write_class(symbol: str) -> Atom | None:
    """A class with everything below it in CPC, and as it stands in IPC; None when it is no symbol."""
    plain = "".join(symbol.split()).upper()
    if _ABOVE_GROUP.fullmatch(plain):
        return Atom(f"cpc=/low {plain} or ipc={plain}", 2)
    found = _GROUP.fullmatch(plain)
    if found is None:
        return None
    group = found[1] + found[2]
    return Atom(f"cpc=/low {group}/{found[3] or '00'} or ipc={group}{'/' + found[3] if found[3] else ''}", 2)


def write_search(clause: str, search: Search) -> str:
    """The whole query. The window is half-open, `pd within` is not."""
    text = f'({clause}) and pd within "{search.window.start:%Y%m%d} {search.window.last:%Y%m%d}"'
    if search.offices:
        text = f"({text}) and ({_write_offices(search.offices)})"
    if search.not_offices:
        text = f"({text}) not ({_write_offices(search.not_offices)})"
    return f"({text}) and cl={search.section}" if search.section else text


def split_search(search: Search) -> list[Search]:
    """Searches that together ask the same with fewer hits each, in order; none when it cannot be split any more.

    First the window is halved down to a day, then a day is cut by office, then an office by section of the classes.
    Only the sections are not the whole: a document without classes, a design, is in none of them.
    """
    window = search.window
    if window.days > 1:
        middle = window.start + dt.timedelta(days=window.days // 2)
        halves = (Window(window.start, middle), Window(middle, window.end))
        return [replace(search, window=half) for half in halves]
    if search.section:
        return []
    if len(search.offices) > 1:
        return [replace(search, offices=(office,)) for office in search.offices]
    if not search.offices and not search.not_offices:
        parts = [replace(search, offices=(office,)) for office in BIG_OFFICES]
        return [*parts, replace(search, not_offices=BIG_OFFICES)]
    return [replace(search, section=section) for section in SECTIONS]


def _pack(atoms: Iterable[Atom]) -> list[str]:
    """Atoms joined as long as neither the number of terms nor the length of the address, narrowed, is passed."""
    frame = Search(0, Window(dt.date(2000, 1, 1), dt.date(2000, 1, 2)), ("XX",) * MOST_OFFICES, section="A")
    room = LONGEST_ADDRESS - _ADDRESS - _encoded_length(write_search("", frame))
    clauses: list[Atom] = []
    for atom in atoms:
        last = clauses[-1] if clauses else None
        if last and last.count + atom.count <= MOST_TERMS:
            longer = f"{last.text} or {atom.text}"
            if _encoded_length(longer) <= room:
                clauses[-1] = Atom(longer, last.count + atom.count)
                continue
        clauses.append(atom)
    return [clause.text for clause in clauses]


def _write_offices(offices: Iterable[str]) -> str:
    return " or ".join(f"pn={office}" for office in offices)


def _encoded_length(text: str) -> int:
    return len(urlencode({"q": text}))
