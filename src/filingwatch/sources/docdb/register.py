"""Which of the records that are coming the installation holds already, asked for thousands at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from filingwatch.normalform import NormalFormError
from filingwatch.sources.docdb.reading import name_publication

Ids = tuple[str, str, str]
"""Country, number and kind as a record has them."""
Known = Callable[[Sequence[str]], frozenset[str]]


class Register:
    """What the installation holds of the records ahead, and what it was given in this run before it could know it."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._landed: set[Ids] = set()
        self._held: set[Ids] = set()
        self._announced: set[Ids] = set()
        self._before: set[Ids] = set()

    def announce(self, coming: Iterable[Ids]) -> None:
        """Ask for all of these at once. What was announced two times ago has been dealt with and is forgotten."""
        self._before, self._announced = self._announced, set(coming)
        self._held &= self._before
        self._ask(self._announced)

    def holds(self, ids: Ids) -> bool:
        """Whether the publication of a record is held; one that was not announced is asked for alone."""
        if ids not in self._announced and ids not in self._before:
            self._announced.add(ids)
            self._ask([ids])
        return ids in self._held or ids in self._landed

    def note_landed(self, ids: Ids) -> None:
        """It is held from now on, whether its page has been landed by now or not."""
        self._landed.add(ids)

    def _ask(self, coming: Iterable[Ids]) -> None:
        names = {ids: name for ids in coming if (name := _name(ids)) is not None}
        if names:
            held = self._known(list(dict.fromkeys(names.values())))
            self._held |= {ids for ids, name in names.items() if name in held}


def _name(ids: Ids) -> str | None:
    try:
        return str(name_publication(*ids))
    except NormalFormError:
        return None
