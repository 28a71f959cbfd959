"""What the pages ask: the queues of all kinds, who is there, and answers that are written once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from filingwatch.desk.inbox import Inbox
from filingwatch.desk.kinds.alerts import AlertQueue
from filingwatch.desk.kinds.applicants import ApplicantQueue
from filingwatch.desk.kinds.disputes import DisputeQueue
from filingwatch.desk.kinds.labels import LabelQueue
from filingwatch.desk.kinds.links import LinkQueue
from filingwatch.desk.kinds.rights import RightQueue
from filingwatch.desk.kinds.topics import TopicQueue
from filingwatch.desk.published import Published
from filingwatch.desk.queues import Answer, Kept, Queue
from filingwatch.errors import BadInput, FilingwatchError
from filingwatch.resources import shipped_watches
from filingwatch.settings import Settings
from filingwatch.watch import Watch, read_watches

_TERMS = "select term, hit_count, verdict from ml.term_yield where watch = $watch and role in ('include', 'exclude')"
_REMEMBERED = 10_000
"""Answers whose request is known again; a browser repeats one within seconds, or never."""


class Desk:
    """All that a desk knows. Safe for several threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.published, self.inbox = Published(settings), Inbox(settings)
        kinds = (LinkQueue, ApplicantQueue, TopicQueue, RightQueue, AlertQueue)
        lists = [kind(settings, self.published, self.inbox) for kind in kinds]
        made: list[Queue] = [LabelQueue(settings), DisputeQueue(settings, self.inbox), *lists]
        self.queues = {queue.name: queue for queue in made}
        self._answered: OrderedDict[tuple[str, str], Kept] = OrderedDict()
        self._writing = threading.Lock()
        self._watches: tuple[tuple[tuple[Path, int], ...], tuple[Watch, ...]] = ((), ())

    def queue(self, name: str) -> Queue:
        """The queue of a tab.

        Raises:
            BadInput: there is no such tab.
        """
        if name not in self.queues:
            raise BadInput(f"There is no page {name!r}; there are: {', '.join(self.queues)}.")
        return self.queues[name]

    def watches(self) -> tuple[Watch, ...]:
        """The watches as their files stand now."""
        paths = [*shipped_watches().glob("*.yaml"), *self.settings.user_watches.glob("*.yaml")]
        files = tuple((path, path.stat().st_mtime_ns) for path in sorted(paths))
        if files != self._watches[0]:
            self._watches = (files, read_watches(self.settings))
        return self._watches[1]

    def watch(self, name: str | None) -> Watch:
        """The watch that is named, or the first.

        Raises:
            BadInput: there is no such watch.
        """
        found = {watch.watch: watch for watch in self.watches()}
        if not name:
            return next(iter(found.values()))
        if name not in found:
            raise BadInput(f"There is no watch {name!r}; there are: {', '.join(found)}.")
        return found[name]

    def term_findings(self, watch: str) -> dict[str, str]:
        """What the last night found of the watch's terms; empty before any has, and of a file without them."""
        try:
            rows = self.published.keep(f"terms {watch}", lambda: self.published.rows(_TERMS, {"watch": watch}))
        except FilingwatchError:
            return {}
        return {row["term"]: f"{row['hit_count']:,} hits, {row['verdict']}" for row in rows}

    def put(self, tab: str, answer: Answer, session_id: str, request_id: str) -> Kept:
        """Write an answer; a request that comes again, since its reply was lost, gives the decision of the first."""
        key = (session_id, request_id)
        with self._writing:
            if request_id and key in self._answered:
                return self._answered[key]
            made = self.queue(tab).put(answer)
            if request_id:
                self._answered[key] = made
                while len(self._answered) > _REMEMBERED:
                    self._answered.popitem(last=False)
        return made

    def undo(self, tab: str, watch: str, who: str) -> str | None:
        """Take back the last answer of a person on this tab; the id of its case."""
        with self._writing:
            return self.queue(tab).undo(watch, who)
