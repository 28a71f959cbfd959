"""A fake USPTO Open Data Portal: search of file wrappers, lists of weekly files, downloads from another host.

The key is checked before anything else, one request is answered at a time, nothing found is a 404 in JSON, and so is
an offset at or past the end. The file store stands at an address of its own and must never see the key.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.fake_offices.holdings import Holding
from tests.fake_offices.serving import NO_FAULTS, Ask, FakeOffice, Faults, Reply
from tests.fake_offices.uspto_query import NotUnderstood, check_sort, dig, matches
from tests.fake_offices.uspto_records import PRODUCTS, file_name, is_early, list_product, make_week, make_wrappers

SEARCH = "/api/v1/patent/applications/search"
LISTS = "/api/v1/datasets/products/"
FILES = "/api/v1/datasets/products/files/"
MOST_DOWNLOADS = 20
_JSON = "application/json"


class FileStore(FakeOffice):
    """Where downloads are redirected to. `asks` tells what it was sent; a key among it is a leak."""

    name = "uspto-files"

    def __init__(self) -> None:
        super().__init__(())
        self.files: dict[str, bytes] = {}

    def reply(self, ask: Ask) -> Reply:
        content = self.files.get(ask.path)
        if content is None or "X-Signature" not in ask.query:
            return Reply(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml")
        return Reply(200, content, "application/zip")


class FakeUspto(FakeOffice):
    """The portal for some API keys. Answers above `most_bytes` are refused; `is_fresh` refuses every key as not active.

    The fault `fresh_key` ends a night by design, and so it is not among those that are drawn at random.
    """

    name = "uspto"
    own_faults = (
        "rate_limited", "too_large", "error_in_200", "reordered", "missing_in_week", "store_refuses", "no_list",
        "short_bag",
    )  # fmt: skip

    def __init__(
        self,
        holdings: Sequence[Holding],
        *,
        faults: Faults = NO_FAULTS,
        today: dt.date | None = None,
        keys: tuple[str, ...] = ("key",),
        most_bytes: int = 6 * 10**6,
        is_fresh: bool = False,
    ) -> None:
        super().__init__(holdings, faults=faults, today=today)
        self.keys = keys
        self.most_bytes = most_bytes
        self.is_fresh = is_fresh
        self.store = FileStore()
        self.busy = threading.Lock()
        self.missing: set[str] = set()
        self.downloads: dict[str, int] = {}
        self._revisions: dict[str, int] = {}
        self._made: tuple[dt.date, list[dict[str, Any]]] | None = None

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[str]:
        """Serve the portal, and its file store at another port."""
        with self.store.serving(), super().serving(port) as url:
            yield url

    def handle(self, ask: Ask) -> Reply:
        """One at a time on a key: who comes while another one is answered is sent away."""
        if not self.busy.acquire(blocking=False):
            return _refuse(429, "Too Many Requests", "one request at a time")
        try:
            return super().handle(ask)
        finally:
            self.busy.release()

    def reply(self, ask: Ask) -> Reply:
        if (refused := self._check_key(ask)) is not None:
            return refused
        if ask.path == SEARCH:
            return self._search(ask)
        if ask.path.startswith(FILES):
            return self._download(ask.path)
        if ask.path.startswith(LISTS):
            return self._list(ask)
        return _refuse(404, "Not Found", "no such resource")

    def disturb(self, kind: str, ask: Ask) -> Reply | None:
        is_search, is_file = ask.path == SEARCH, ask.path.startswith(FILES)
        if (refused := self._check_key(ask)) is not None:
            return refused
        match kind:
            case "rate_limited":
                return _refuse(429, "Too Many Requests", "slow down")
            case "fresh_key":
                return _refuse(403, "Forbidden")
            case "too_large" if is_search and _page_of(ask)[1] > 1:
                return _too_large()
            case "error_in_200" if is_search:
                return Reply(200, b'{"code":500,"error":"Internal Server Error","requestIdentifier":"f"}', _JSON)
            case "reordered" if is_search:
                return self._search(ask, shuffled=True)
            case "short_bag" if is_search:
                return self._search(ask, share=self._random.choice((0.0, 0.5)))
            case "missing_in_week" if is_file:
                return self._download(ask.path, is_short=True)
            case "store_refuses" if is_file:
                return Reply(302, headers={"Location": f"{self.store.url}/expired{ask.path}"})
            case "no_list" if ask.path.startswith(LISTS) and not is_file:
                return _no_match()
        return None

    def _check_key(self, ask: Ask) -> Reply | None:
        key = ask.headers.get("x-api-key")
        if not key:
            return _refuse(401, "Unauthorized", "missing key")
        return _refuse(403, "Forbidden") if self.is_fresh or key not in self.keys else None

    def _search(self, ask: Ask, shuffled: bool = False, share: float = 1.0) -> Reply:
        if ask.method != "POST" or ask.headers.get("content-type") != _JSON:
            return _refuse(415, "Unsupported Media Type")
        try:
            body: dict[str, Any] = json.loads(ask.body)
            order = check_sort(body)
            matches({}, body)  # a question is understood or not, whatever there is to find
            found = [one for one in self._wrappers() if matches(one, body)]
        except (ValueError, NotUnderstood) as error:
            return _refuse(400, "Bad Request", f"Invalid request, review your filter: {error}")
        if shuffled:
            random.Random(len(self.asks)).shuffle(found)
        if order is not None:
            found.sort(key=lambda record: dig(record, order))
        offset, limit = _page_of(ask)
        if offset >= len(found):
            return _no_match()
        fields = body.get("fields") or list(found[0])
        shown = [{name: one[name] for name in fields if name in one} for one in found[offset : offset + limit]]
        shown = shown[: int(share * len(shown))]
        answer = {"count": len(found), "patentFileWrapperDataBag": shown, "requestIdentifier": "f"}
        content = json.dumps(answer).encode()
        return _too_large() if len(content) > self.most_bytes else Reply(200, content, _JSON)

    def _wrappers(self) -> list[dict[str, Any]]:
        """The file wrappers of today, made once a day."""
        if self._made is None or self._made[0] != self.today:
            self._made = self.today, make_wrappers(self.visible(), self.today)
        return self._made[1]

    def _list(self, ask: Ask) -> Reply:
        product = ask.path.removeprefix(LISTS)
        try:
            first, last = (ask.query[name][0] for name in ("fileDataFromDate", "fileDataToDate"))
            held = ask.query["includeFiles"] == ["true"] and self._days(product)
        except KeyError:
            return _refuse(400, "Bad Request", "a parameter is missing")
        days = [day for day in held or () if first <= day.isoformat() <= last]
        if not days:
            return _no_match()
        files = [(day, len(self._week(product, day)), self._revisions.get(file_name(product, day), 0)) for day in days]
        return Reply(200, list_product(product, files), _JSON)

    def _days(self, product: str) -> list[dt.date]:
        """The days that have a weekly file by now. The real ones are Thursdays and Tuesdays."""
        return sorted({one.publication_date for one in self._published(product)})

    def _published(self, product: str) -> list[Holding]:
        """What was published by now: the weekly file has it at once, whenever the search will."""
        is_application = product == "APPXML"
        return [
            one
            for one in self.holdings
            if one.publication_date <= self.today and is_early(one.publication) == is_application
        ]

    def _week(self, product: str, day: dt.date, is_short: bool = False) -> bytes:
        documents = [
            one
            for one in self._published(product)
            if one.publication_date == day and str(one.publication) not in self.missing
        ]
        return make_week(documents[1:] if is_short else documents, product, day)

    def _download(self, path: str, is_short: bool = False) -> Reply:
        """To the file store. A file that came short is replaced by the office later, which its listing shows."""
        product, _, name = path.removeprefix(FILES).split("/")
        day = next((one for one in self._days(product) if file_name(product, one) == name), None)
        if product not in PRODUCTS or day is None:
            return _refuse(404, "Not Found", "no such file")
        self.downloads[name] = self.downloads.get(name, 0) + 1
        if self.downloads[name] > MOST_DOWNLOADS:
            return _refuse(429, "Too Many Requests", "this file was downloaded too often")
        if is_short:
            self._revisions[name] = self._revisions.get(name, 0) + 1
        self.store.files[f"/bulk/{name}"] = self._week(product, day, is_short)
        return Reply(302, headers={"Location": f"{self.store.url}/bulk/{name}?X-Signature=5af0"})

    def replace_week(self, name: str) -> None:
        """The office puts a new state of a weekly file in place of the old one."""
        self._revisions[name] = self._revisions.get(name, 0) + 1


def _page_of(ask: Ask) -> tuple[int, int]:
    page = json.loads(ask.body).get("pagination", {})
    return int(page.get("offset", 0)), int(page.get("limit", 25))


def _no_match() -> Reply:
    return _refuse(404, "Not Found", "No matching records found, refine your search criteria and try again")


def _too_large() -> Reply:
    body = {"code": 413, "message": "Payload Too Large", "detailedMessage": "Response payload exceeds the limit of 6MB"}
    return Reply(413, json.dumps(body).encode(), _JSON)


def _refuse(status: int, error: str, details: str = "") -> Reply:
    body = {"code": status, "error": error} | ({"errorDetails": details} if details else {})
    return Reply(status, json.dumps(body | {"requestIdentifier": "f"}).encode(), _JSON)
