"""The calls to the portal: search, list of weekly files, download; and what each of its answers means.

The key goes to the address of the settings alone. A download is redirected to another host, where `Client.download`
leaves the key behind; the address that a listing gives for a file is taken by its path, whatever host it names.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from filingwatch.errors import Terminal, Transient
from filingwatch.normalform import NormalFormError
from filingwatch.sources.answers import Again, Answer, excerpt, judge_status, retry_after
from filingwatch.sources.downloading import Download
from filingwatch.sources.exports.cells import read_date
from filingwatch.sources.exports.objects import dig, dig_list, dig_text
from filingwatch.sources.http import Client
from filingwatch.sources.pace import Clock, Policy
from filingwatch.sources.uspto.reading import read_answer

POLICY = Policy(least_interval=0.3, first_wait=5.0, deadline=3600.0)
"""One request at a time on a key, and at most four a second for the slowest kind of call."""
SEARCH = "/api/v1/patent/applications/search"
PRODUCTS = "/api/v1/datasets/products"
BUSY_SECONDS = 5.0
MOST_BUSY = 3
"""Refusals of one download in a run, after which it is no longer taken for a moment's."""
MOST_FILE_BYTES = 2**31
_JSON = ("application/json",)
_KEY = "FILINGWATCH_USPTO_KEY"


class KeyRefused(Terminal):
    """The key is missing or refused: nothing at all can be had."""


class DownloadRefused(Transient):
    """A download stays refused as one too many; others would be, too."""


@dataclass(frozen=True)
class WeeklyFile:
    """One file of a product as the portal lists it. `version` changes when the office replaces it."""

    name: str
    day: dt.date
    size: int
    path: str
    version: str


class Portal:
    """One line to the portal. `asked` counts the tries, as the office does."""

    def __init__(self, key: SecretStr, url: str, policy: Policy, *, contact: str, clock: Clock) -> None:
        self._key = key
        self.asked = 0
        self.client = Client(
            "USPTO", url, policy, clock=clock, secrets=(key,), contact=contact, authorise=self._authorise
        )  # fmt: skip

    def _authorise(self) -> dict[str, str]:
        """The key for one try. The store that hands out the files is another origin, and does not count."""
        self.asked += 1
        return {"X-API-KEY": self._key.get_secret_value()}

    def search(self, body: Mapping[str, Any]) -> Answer:
        """An answer of the search: 200 with records, 404 when none answers the question (or none is left at this
        offset), 413 when the page would be too large."""
        page = body["pagination"]

        def judge(answer: Answer) -> Again | None:
            return judge_search(answer, page["offset"], page["limit"])

        return self.client.call("POST", SEARCH, json=dict(body), judge=judge, accepts=_JSON)

    def count(self, body: Mapping[str, Any]) -> int:
        """How many file wrappers answer a question."""
        answer = self.search(body)
        return read_answer(answer.json())[0] if answer.status == 200 else 0

    def list_files(self, product: str, first: dt.date, last: dt.date) -> list[WeeklyFile]:
        """The weekly files of these days, both included; a day without one is not there."""
        params = {"fileDataFromDate": str(first), "fileDataToDate": str(last), "includeFiles": "true"}
        answer = self.client.call("GET", f"{PRODUCTS}/{product}", params=params, judge=judge_listing, accepts=_JSON)
        return [] if answer.status == 404 else read_listing(answer.json())

    def fetch(self, file: WeeklyFile, target: Path) -> Download:
        """A weekly file, whole.

        Raises:
            DownloadRefused: it stays refused as one too many.
        """
        busy = 0

        def judge(answer: Answer) -> Again | None:
            nonlocal busy
            busy += answer.status == 429
            if busy >= MOST_BUSY:
                raise DownloadRefused(
                    f"answered 429 {busy} times: the allowance of downloads may be spent, for up to seven days. "
                    "No more files are asked for in this run; the next one tries again."
                )
            return judge_download(answer)

        return self.client.download(file.path, target, judge=judge, most_bytes=MOST_FILE_BYTES)


def read_listing(body: Any) -> list[WeeklyFile]:
    """The files that a product's listing names, the newest state of each day last; others than weekly ZIPs left out.

    Raises:
        Transient: it is no listing.
    """
    found: list[WeeklyFile] = []
    try:
        for product in dig_list(body, "bulkDataProductBag"):
            for item in dig_list(product, "productFileBag", "fileDataBag"):
                file = _read_file(item)
                if file is not None:
                    found.append(file)
        if not isinstance(dig(body, "bulkDataProductBag"), list):
            raise NormalFormError("malformed", "it names no product")
    except NormalFormError as error:
        raise Transient(
            f"USPTO's list of weekly files cannot be read: {error.reason}. The next run asks again."
        ) from error
    return sorted(found, key=lambda file: (file.day, file.version, file.name))


def _read_file(item: Any) -> WeeklyFile | None:
    name, address = dig_text(item, "fileName"), dig_text(item, "fileDownloadURI")
    day = read_date(dig_text(item, "fileDataFromDate"), "fileDataFromDate")
    size = dig(item, "fileSize")
    if day is None or not name.endswith(".zip") or "/" in name or "\\" in name or not address:
        return None
    version = dig_text(item, "fileLastModifiedDateTime") or dig_text(item, "fileReleaseDate")
    return WeeklyFile(name, day, size if isinstance(size, int) else 0, urlsplit(address).path, version)


def judge_search(answer: Answer, offset: int = 0, limit: int = 0) -> Again | None:
    """The reading of a search answer. One that says 200 and holds no records, or fewer than it counts at this place, is
    asked for again: taken as it is, it would end the list."""
    if answer.status == 413 or _is_no_match(answer):
        return None
    again = _judge(answer)
    if again is None and answer.content_type in _JSON:
        try:
            count, items = read_answer(json.loads(answer.content))
        except (ValueError, RecursionError, NormalFormError) as error:
            return Again(f"answered 200 without records ({error}): {excerpt(answer.content, 80)}")
        due = min(limit, count - offset)
        if len(items) < due:
            return Again(f"sent {len(items)} records where {due} of its {count} are due")
    return again


def judge_listing(answer: Answer) -> Again | None:
    return None if _is_no_match(answer) else _judge(answer)


def judge_download(answer: Answer) -> Again | None:
    """A refusal by the host to which a download is redirected says nothing about the key: its addresses run out."""
    if answer.status in (400, 401, 403) and answer.content_type not in _JSON:
        return Again(f"the file store answered {answer.status}")
    return _judge(answer)


def _judge(answer: Answer) -> Again | None:
    if answer.status == 401:
        raise KeyRefused(f"USPTO saw no API key. Set {_KEY}; a key is free at data.uspto.gov, My ODP.")
    if answer.status == 403:
        raise KeyRefused(
            "USPTO refuses the API key (403). A new key is refused for some minutes until it is active: if it is new, "
            "try again in half an hour. Otherwise it was mistyped, or deleted after 90 days without use: set a new "
            f"one from data.uspto.gov, My ODP, as {_KEY}."
        )
    if answer.status == 429:
        asked = retry_after(answer.headers, answer.at) or 0.0
        return Again("answered 429: too many requests", max(BUSY_SECONDS, asked))
    if answer.status == 400:
        raise Terminal(
            f"USPTO does not understand the question (400): {excerpt(answer.content)} "
            "Look at the terms and classes of the watches for signs that are no words."
        )
    return judge_status(answer)


def _is_no_match(answer: Answer) -> bool:
    """Whether a 404 says that nothing was found, which is an answer, and not that the address is wrong."""
    if answer.status != 404:
        return False
    try:
        body = json.loads(answer.content)
        said = " ".join(str(body.get(name, "")) for name in ("errorDetails", "detailedMessage"))
    except (ValueError, RecursionError, AttributeError):
        return False
    return "no matching record" in said.lower()
