"""The DOCDB front files as a source: the listing, the downloads, one delivery after the other.

The service is the back end of EPO's own download page and is not documented: its address is a setting, and whatever
looks different from what is known ends the work with a message.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from filingwatch.errors import Terminal, Transient
from filingwatch.sources.answers import Again, Answer, judge_status
from filingwatch.sources.base import Cursor, Estimate, Page, Query
from filingwatch.sources.docdb.collecting import MOST_RECORDS, Collector
from filingwatch.sources.docdb.deliveries import Delivery, DeliveryFile, plan_deliveries, read_listing
from filingwatch.sources.docdb.passing import Background
from filingwatch.sources.docdb.register import Register
from filingwatch.sources.docdb.walking import Walk
from filingwatch.sources.docdb.wanting import Wanting
from filingwatch.sources.downloading import matches_checksum
from filingwatch.sources.http import Client
from filingwatch.sources.pace import SYSTEM_CLOCK, Clock, Policy

PRODUCT = 3
"""DOCDB, front file."""
POLICY = Policy(deadline=6 * 3600.0)
"""One file has gigabytes, so a whole answer may take hours; a silent line is still cut after `timeout`."""
MOST_FILE_BYTES = 16 * 2**30
# Clients have been seen to use either; which of them needs no login has changed before.
_PREFIXES = ("products", "public/products")
_BACK_FILE = (
    "The DOCDB front file holds the last weeks only. Years come from the back file (product 14 of the same service) or "
    "from another source: backfill that one, or import what a database finds."
)

T = TypeVar("T")


class _Elsewhere(Terminal):
    """This address is not, or not for us."""


class DocdbSource:
    """EPO's weekly front files of DOCDB, filtered to the watch. Needs no credential.

    `folder` holds the files while they are worked on; whatever lies there can be downloaded again. A page has
    `page_records` records at most.
    """

    name = "docdb"
    is_synthetic = False
    backfill_days = 0

    def __init__(
        self,
        url: str,
        folder: Path,
        *,
        contact: str = "",
        clock: Clock = SYSTEM_CLOCK,
        policy: Policy = POLICY,
        page_records: int = MOST_RECORDS,
    ) -> None:
        self.client = Client("EPO DOCDB", url, policy, clock=clock, contact=contact)
        self.folder = folder
        self._page_records = page_records
        self._prefix: str | None = None

    def probe(self) -> str:
        """What the listing of the product offers.

        Raises:
            Transient, Terminal: it cannot be had, or is not what is known.
        """
        offered = read_listing(self._listing())
        if not offered:
            return "answers, and offers no weekly delivery at the moment"
        return f"offers {len(offered)} weekly deliveries, {offered[0].week} to {offered[-1].week}"

    def estimate(self, query: Query) -> Estimate:
        raise Terminal(_BACK_FILE)

    def pages(self, query: Query, since: Cursor | None) -> Iterator[Page]:
        """The deliveries that were not done before, oldest first, filtered to the watch.

        Raises:
            Transient, Terminal: as `Client.call`; a listing or delivery that is not what is known is Terminal.
        """
        if query.window is not None:
            raise Terminal(_BACK_FILE)
        plan = plan_deliveries(read_listing(self._listing()), since, query.as_of)
        self._clear_folder({delivery.id for delivery in plan.todo})
        wanting, background, collector = Wanting(query), Background(), Collector(self._page_records)
        collector.note(plan.notes)
        register, cursor = Register(query.known), plan.cursor
        for delivery in plan.todo:
            paths = {file.id: self._fetch(delivery, file) for file in delivery.files}
            walk = Walk(delivery, cursor, wanting, register, background, collector)
            for page in walk.pages(paths, self.folder / f"docdb-{delivery.id}-member.zip"):
                cursor = dict(page.next_cursor)
                yield page
            for path in paths.values():
                path.unlink(missing_ok=True)

    def _listing(self) -> Any:
        answer = self._ask(
            lambda prefix: self.client.call("GET", f"{prefix}/{PRODUCT}", judge=_judge, accepts=("application/json",))
        )
        return answer.json()

    def _fetch(self, delivery: Delivery, file: DeliveryFile) -> Path:
        """The file on disk, verified. One that is there already is not asked for again."""
        target = self.folder / f"docdb-{delivery.id}-{file.id}.zip"
        checksum = ("sha1", file.sha1.lower()) if file.sha1 else None
        if checksum and target.is_file() and matches_checksum(target, checksum):
            return target
        place = f"{PRODUCT}/delivery/{delivery.id}/file/{file.id}/download"
        self._ask(
            lambda prefix: self.client.download(
                f"{prefix}/{place}", target, judge=_judge, checksum=checksum, most_bytes=MOST_FILE_BYTES
            )
        )
        if checksum is None and not zipfile.is_zipfile(target):
            target.unlink()
            raise Transient(
                f"EPO DOCDB: {file.name} of {delivery.name} did not arrive as a ZIP. The next run asks again."
            )
        return target

    def _ask(self, send: Callable[[str], T]) -> T:
        """The answer under whichever of the two prefixes there is one."""
        prefixes = [self._prefix] if self._prefix else []
        prefixes += [prefix for prefix in _PREFIXES if prefix not in prefixes]
        refusals: list[str] = []
        for prefix in prefixes:
            try:
                answer = send(prefix)
            except _Elsewhere as error:
                refusals.append(str(error))
            else:
                self._prefix = prefix
                return answer
        raise Terminal(
            f"{' And '.join(refusals)} The service may have moved, or a delivery was taken back: look at "
            "FILINGWATCH_DOCDB_URL. The next run asks again."
        )

    def _clear_folder(self, todo: set[int]) -> None:
        """Remove what earlier runs left of deliveries that are not to be done any more."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in self.folder.glob("docdb-*"):
            number = path.name.split("-")[1]
            if not number.isdecimal() or int(number) not in todo or not path.name.endswith(".zip"):
                path.unlink(missing_ok=True)


def _judge(answer: Answer) -> Again | None:
    if answer.status in (401, 403, 404):
        raise _Elsewhere(f"answered {answer.status}.")
    return judge_status(answer)
