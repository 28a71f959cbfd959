"""Paging through one search until everything that is counted was seen, although hits come, go and change places.

OPS gives no order that could be relied on; what is counted is the only measure of what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from filingwatch.errors import Transient
from filingwatch.sources.ops.searching import CAP, COUNTED, PAGE, Hits, SearchLine

CONFIRM_AFTER = 5.0
MOST_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a search; whether it is the last one, and what is to be said about how the search ended.

    `beyond` are hits that cannot be reached at all.
    """

    hits: Hits
    is_last: bool
    remark: str | None = None
    beyond: int = 0

    @property
    def kind(self) -> Literal["truncated", "incomplete"]:
        """What the remark is about: hits beyond reach, or hits that OPS counts and does not give."""
        return "truncated" if self.beyond else "incomplete"


@dataclass(slots=True)
class Cut:
    """A search that is cut by section, and what its parts have brought of it.

    A document without classes is in no section, and a part for the rest would pass the 20 terms of a search. So the
    search itself is one of the parts, as far as it reaches, and what is still missing in the end is said.
    """

    label: str
    total: int
    parts_left: int
    seen: set[str] = field(default_factory=set)
    told: int = 0

    def take(self, step: Step) -> Step:
        """A step of a part; the last one of the last part says what all parts together have not brought."""
        self.seen |= step.hits.found.keys if step.hits.found else frozenset()
        if not step.is_last:
            return step
        self.parts_left -= 1
        self.told += step.beyond
        missing = self.total - len(self.seen) - self.told
        if self.parts_left or missing <= 0:
            return step
        said = f"{step.remark} {self._say(missing)}" if step.remark else self._say(missing)
        return replace(step, remark=said, beyond=step.beyond + missing)

    def _say(self, missing: int) -> str:
        return (
            f"WARNING: {missing:,} of {count_in_words(self.total)} hits in {self.label} are missing: they are in no "
            f"section that OPS finds, and beyond its first {CAP:,}. Bring them in by DOCDB or an export, or narrow the "
            "classes of the watch."
        )


def ask_first(line: SearchLine, cql: str, rounds: int = 1) -> Hits:
    """The first page. That there are no hits is believed when it is said twice: a busy OPS says so by mistake.

    In each further round it is shorter, so that the cuts between the pages, where hits get lost, lie elsewhere.
    """
    most = PAGE - (rounds - 1) * PAGE // MOST_ROUNDS
    hits = line.ask(cql, 1, most=most)
    if hits.total == 0:
        line.client.hold(CONFIRM_AFTER)
        hits = line.ask(cql, 1, most=most)
    return hits


def page_through(line: SearchLine, cql: str, first: Hits) -> Iterator[Step]:
    """Pages until as many different hits were seen as are counted.

    Hits come, go and change places between two pages. When the count has changed, what was seen before proves nothing
    any more. When hits are missing at the end, the search is paged through again from the first, as long as that helps.
    """
    total, hits, rounds, useless = first.total, first, 1, 0
    seen: set[str] = set()
    seen_before = 0
    while True:
        if hits.total > CAP >= first.total:
            raise Transient("More hits came while paging than can be reached; the next run asks in smaller parts.")
        if hits.found is not None and hits.total != total:
            total, seen, seen_before = hits.total, set(), 0
        seen |= hits.found.keys if hits.found else frozenset()
        wanted = min(total, CAP)
        following = hits.end + 1
        if len(seen) >= wanted:
            yield _end(hits, total)
            return
        if following > wanted:
            useless = useless + 1 if len(seen) == seen_before else 0
            if rounds == MOST_ROUNDS or useless == 2 or total > CAP:
                yield _end(hits, total, _say_missing(total, len(seen), rounds))
                return
            rounds, following, seen_before = rounds + 1, 1, len(seen)
        yield Step(hits, False)
        hits = ask_first(line, cql, rounds) if following == 1 else line.ask(cql, following)


def count_in_words(total: int) -> str:
    return f"{total:,}{' or more' if total >= COUNTED else ''}"


def _end(hits: Hits, total: int, missing: str | None = None) -> Step:
    """The last step. Its page may have been lost, so what the search has in all is an argument."""
    if total > CAP:
        return Step(hits, True, _say_capped(total), total - CAP)
    return Step(hits, True, missing)


def _say_capped(total: int) -> str:
    return (
        f"WARNING: {count_in_words(total)} hits on one day, in one office and section; OPS gives {CAP:,} of them and "
        "the others are missing. Bring them in by DOCDB or an export, or narrow the classes of the watch."
    )


def _say_missing(total: int, seen: int, rounds: int) -> str:
    return f"OPS counts {total:,} hits and gave {seen:,} different ones in {rounds} rounds; a later look may find them."
