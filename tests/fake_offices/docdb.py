"""EPO's bulk data service with DOCDB front files: weekly deliveries of what was created, amended, deleted, re-keyed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from tests.fake_offices.docdb_xml import write_record, write_records, write_stub, write_zip
from tests.fake_offices.holdings import Holding
from tests.fake_offices.serving import NO_FAULTS, Ask, FakeOffice, Faults, Reply

PRODUCT = 3
_DOWNLOAD = re.compile(r"(?:/public)?/products/3/delivery/(\d+)/file/(\d+)/download")
_FIRST_MONDAY = dt.date(2018, 1, 1)


@dataclass(frozen=True)
class WeekFile:
    """One downloadable file of a delivery."""

    id: int
    name: str
    content: bytes

    @property
    def sha1(self) -> str:
        return hashlib.sha1(self.content, usedforsecurity=False).hexdigest().upper()


class FakeDocdb(FakeOffice):
    """Offers each week (Monday to Sunday) on its Sunday, for `kept_weeks` weeks.

    A change of a publication named in `rekeyed` is delivered as a deletion and a creation instead of an amendment.
    `member_size` records stand in one innermost file. HTTP Range is ignored, as by the real service.
    """

    name = "docdb"
    own_faults = ("bad_checksum", "notice", "listing_moved")

    def __init__(
        self,
        holdings: Sequence[Holding],
        *,
        faults: Faults = NO_FAULTS,
        today: dt.date | None = None,
        kept_weeks: int = 8,
        rekeyed: Collection[str] = (),
        member_size: int = 200,
    ) -> None:
        super().__init__(holdings, faults=faults, today=today)
        self.kept_weeks = kept_weeks
        self.rekeyed = frozenset(rekeyed)
        self.member_size = member_size
        self._made: dict[dt.date, list[WeekFile]] = {}

    def reply(self, ask: Ask) -> Reply:
        if found := _DOWNLOAD.fullmatch(ask.path):
            return self._download(int(found[1]), int(found[2]))
        path = ask.path.removeprefix("/public").rstrip("/")
        if path == "/products":
            return _as_json(_products())
        if path == f"/products/{PRODUCT}":
            return _as_json(self._listing())
        return Reply(404, b'{"error":"Not Found"}', "application/json")

    def disturb(self, kind: str, ask: Ask) -> Reply | None:
        is_download = _DOWNLOAD.fullmatch(ask.path) is not None
        match kind:
            case "bad_checksum" if is_download:
                reply = self.reply(ask)
                reply.body = bytes((reply.body[0] ^ 1,)) + reply.body[1:] if reply.body else b"?"
                return reply
            case "listing_moved" if not ask.path.startswith("/public"):
                return Reply(404, b'{"error":"Not Found"}', "application/json")
            case "notice" if not is_download and self.reply(ask).status == 200 and ask.path.rstrip("/")[-2:] == "/3":
                listing = self._listing()
                listing["deliveries"].insert(0, _notice(self.today, f"about week {_week_name(self.today)}"))
                return _as_json(listing)
        return None

    def sundays(self) -> list[dt.date]:
        """The days on which the deliveries on offer were published, oldest first."""
        latest = self.today - dt.timedelta(days=(self.today.weekday() + 1) % 7)
        return [latest - dt.timedelta(weeks=back) for back in reversed(range(self.kept_weeks))]

    def files_of(self, sunday: dt.date) -> list[WeekFile]:
        """The files of one delivery. They depend on the holdings alone."""
        if sunday not in self._made:
            self._made[sunday] = list(self._make_files(sunday))
        return self._made[sunday]

    def records_of(self, sunday: dt.date) -> dict[str, list[tuple[str, str]]]:
        """What a week brings, by kind of file: pairs of office and record. Deletions stand behind the creations."""
        monday = sunday - dt.timedelta(days=6)
        found: dict[str, list[tuple[str, str]]] = {"DeleteRekey": [], "CreateDelete": [], "Amend": []}
        deletions: list[tuple[str, str]] = []
        for one in self.holdings:
            office = one.publication.office
            was_there, is_there = one.is_visible(monday - dt.timedelta(days=1)), one.is_visible(sunday)
            if was_there and not is_there:
                deletions.append((office, write_stub(one, "D")))
            elif is_there and not was_there:
                found["CreateDelete"].append((office, write_record(one, sunday, "C")))
            elif is_there and one.amended_on and monday <= one.amended_on <= sunday:
                if str(one.publication) in self.rekeyed:
                    found["DeleteRekey"].append((office, write_stub(one, "D")))
                    found["CreateDelete"].append((office, write_record(one, sunday, "C")))
                else:
                    found["Amend"].append((office, write_record(one, sunday, "A")))
        found["CreateDelete"] += deletions
        return found

    def _make_files(self, sunday: dt.date) -> Iterator[WeekFile]:
        # the service gives its files in no order that means anything
        for number, (kind, records) in enumerate(sorted(self.records_of(sunday).items()), 1):
            week = _week_name(sunday).replace("/0", "")
            members = {}
            for part, start in enumerate(range(0, len(records), self.member_size), 1):
                some = records[start : start + self.member_size]
                office = some[0][0]
                title = f"DOCDB-{week}-{kind}-PubDate{sunday:%Y%m%d}AndBefore-{office}-{part:04d}"
                xml = write_records(title, sunday, [record for _, record in some])
                members[f"Root/DOC/{title}.zip"] = write_zip({f"{title}.xml": xml})
            if not members:
                title = f"DOCDB-{week}-{kind}-PubDate{sunday:%Y%m%d}AndBefore-EP-0001"
                members[f"Root/DOC/{title}.zip"] = write_zip({f"{title}.xml": write_records(title, sunday, [])})
            members["Root/DOC/statistics.csv"] = b"office,records\n"
            members["Root/DTDS/docdb-entities.dtd"] = b'<!ENTITY alpha "&#945;">\n'
            members["Root/index.xml"] = b"<index/>\n"
            name = f"docdb_xml_{week}_{kind}_001.zip"
            yield WeekFile(10 * _delivery_id(sunday) + number, name, write_zip(members, packed=False))

    def _listing(self) -> dict[str, object]:
        deliveries = [_notice(self.today, "NEW DTD")]
        for sunday in reversed(self.sundays()):
            moment = f"{sunday:%Y-%m-%d}T09:00:00+02:00"
            files = [
                {"fileId": file.id, "fileName": file.name, "fileSize": f"{len(file.content) / 1000:.1f} kB",
                 "fileChecksum": file.sha1, "filePublicationDatetime": moment}
                for file in self.files_of(sunday)
            ]  # fmt: skip
            deliveries.append({
                "deliveryId": _delivery_id(sunday), "deliveryName": f"14.7 DOCDB front file {_week_name(sunday)}",
                "deliveryPublicationDatetime": moment, "deliveryExpiryDatetime": None, "files": files,
            })  # fmt: skip
        return {"id": PRODUCT, "name": "DOCDB - front file", "description": "invented", "deliveries": deliveries}

    def _download(self, delivery: int, file: int) -> Reply:
        for sunday in self.sundays():
            if _delivery_id(sunday) == delivery:
                for one in self.files_of(sunday):
                    if one.id == file:
                        return Reply(200, one.content, "application/octet-stream")
        return Reply(404, b'{"error":"Not Found"}', "application/json")


def _delivery_id(sunday: dt.date) -> int:
    return 3000 + (sunday - _FIRST_MONDAY).days // 7


def _week_name(day: dt.date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}/{week:03d}"


def _notice(day: dt.date, about: str) -> dict[str, object]:
    moment = f"{day:%Y-%m-%d}T12:50:00+02:00"
    file = {"fileId": 1, "fileName": "notice.docx", "fileSize": "17.7 kB", "fileChecksum": "A" * 40,
            "filePublicationDatetime": moment}  # fmt: skip
    return {"deliveryId": 1, "deliveryName": f"NOTIFICATION: {about}", "deliveryPublicationDatetime": moment,
            "deliveryExpiryDatetime": None, "files": [file]}  # fmt: skip


def _products() -> list[dict[str, object]]:
    names = ((14, "DOCDB - back file"), (3, "DOCDB - front file"), (20, "Samples"), (3, "DOCDB - front file"))
    return [{"id": number, "name": name, "description": "invented"} for number, name in names]


def _as_json(value: object) -> Reply:
    return Reply(200, json.dumps(value).encode(), "application/json")
