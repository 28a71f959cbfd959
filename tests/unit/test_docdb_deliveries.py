"""Which deliveries are to be done: the listing, the first run, gaps, the cursor."""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from filingwatch.errors import Terminal
from filingwatch.sources.docdb.deliveries import (
    FIRST_WEEKS,
    MOST_REMEMBERED,
    Delivery,
    Week,
    cursor_after,
    cursor_inside,
    plan_deliveries,
    read_listing,
)

DAY = dt.date(2026, 11, 22)


def entry(number: int, week: str, **changed: Any) -> dict[str, Any]:
    name = f"docdb_xml_{week.replace('/', '')}_Amend_001.zip"
    file = {"fileId": number * 10, "fileName": name, "fileSize": "1 GB", "fileChecksum": "AB" * 20}
    return {
        "deliveryId": number, "deliveryName": f"DOCDB front file {week}", "files": [file],
        "deliveryPublicationDatetime": "2026-11-01T09:00:00+01:00", "deliveryExpiryDatetime": None,
    } | changed  # fmt: skip


def offer(*weeks: str) -> list[Delivery]:
    return read_listing({"deliveries": [entry(int(week.replace("/", "")), week) for week in weeks]})


def test_only_weekly_deliveries_with_zip_files_count_and_the_oldest_is_first() -> None:
    """Notices, other files and weeks without files are left out."""
    other = {"fileId": 5, "fileName": "coverage_202645.xlsx", "fileSize": "1 kB", "fileChecksum": "AB" * 20}
    listing = {
        "deliveries": [
            {"deliveryName": "NOTIFICATION: NEW DTD", "files": None},
            entry(8, "2026/046"),
            entry(3, "2026/045", files=[other, *entry(3, "2026/045")["files"]]),
            entry(9, "2026/047", files=[other]),
            "something else",
        ]
    }
    found = read_listing(listing)
    assert [(one.id, str(one.week)) for one in found] == [(3, "2026/045"), (8, "2026/046")]
    assert [file.id for file in found[0].files] == [30]
    assert found[0].published_on == dt.date(2026, 11, 1)


@pytest.mark.parametrize(
    "listing",
    [
        None,
        [],
        {},
        {"deliveries": None},
        {"error": "no"},
        {"deliveries": [entry(1, "2026/045", deliveryId="one")]},
        {"deliveries": [entry(1, "2026/045", files=None)]},
        {"deliveries": [entry(1, "2026/045", files=[{"fileName": "a.zip"}])]},
    ],
)
def test_another_shape_of_listing_is_said_clearly(listing: Any) -> None:
    """The service is not documented: what is not known stops the work and names the setting to look at."""
    with pytest.raises(Terminal, match="FILINGWATCH_DOCDB_URL"):
        read_listing(listing)


def test_a_checksum_that_is_none_is_not_used() -> None:
    """What is not a SHA-1 cannot be compared."""
    files = [entry(1, "2026/045")["files"][0] | {"fileChecksum": "unknown"}]
    assert read_listing({"deliveries": [entry(1, "2026/045", files=files)]})[0].files[0].sha1 is None


def test_the_first_run_takes_the_latest_weeks_and_later_ones_never_reach_behind_them() -> None:
    """Five weeks; the older ones that are offered stay out for good."""
    weeks = [f"2026/{number:03d}" for number in range(38, 48)]
    plan = plan_deliveries(offer(*weeks), None, DAY)
    assert [str(one.week) for one in plan.todo] == weeks[-FIRST_WEEKS:]
    assert plan.notes == {}
    cursor = plan.cursor
    for one in plan.todo:
        cursor = cursor_after(cursor, one, ())
    assert plan_deliveries(offer(*weeks), cursor, DAY).todo == ()
    later = plan_deliveries(offer(*weeks, "2026/048"), cursor, DAY)
    assert [str(one.week) for one in later.todo] == ["2026/048"]
    assert later.notes == {}


def test_a_gap_is_said_with_what_to_do() -> None:
    """When weeks have vanished before they were done, the notes name them and the back file."""
    cursor = cursor_after({}, offer("2026/040")[0], ())
    plan = plan_deliveries(offer("2026/045", "2026/046"), cursor | {"first_week": "2026/036"}, DAY)
    assert len(plan.todo) == 2
    assert "between 2026/040 and 2026/045" in plan.notes["gap"] and "back file" in plan.notes["gap"]


@pytest.mark.parametrize(
    ("last", "following", "has_gap"),
    [
        ("2026/052", "2027/001", False),
        ("2026/053", "2027/001", False),
        ("2026/052", "2026/053", False),
        ("2026/051", "2027/001", True),
        ("2026/053", "2027/002", True),
    ],
)
def test_weeks_follow_each_other_over_the_end_of_a_year(last: str, following: str, has_gap: bool) -> None:
    """A year has 52 weeks or 53."""
    cursor = cursor_after({"first_week": "2026/001"}, offer(last)[0], ())
    assert ("gap" in plan_deliveries(offer("2026/001", following)[1:], cursor, DAY).notes) is has_gap


def test_nothing_that_was_published_later_is_known() -> None:
    """A run knows what was there on its day."""
    assert plan_deliveries(offer("2026/044"), None, dt.date(2026, 10, 31)).todo == ()


def test_a_week_that_is_delivered_again_under_a_new_number_is_done_again() -> None:
    """The number of the delivery decides, not the week."""
    cursor = cursor_after({"first_week": "2026/044"}, offer("2026/044")[0], ())
    again = read_listing({"deliveries": [entry(2026044, "2026/044"), entry(200, "2026/044")]})
    assert [one.id for one in plan_deliveries(again, cursor, DAY).todo] == [200]


def test_the_cursor_keeps_what_is_needed() -> None:
    """Latest ids and what was damaged; the place inside goes when the delivery is done; all of it plain JSON."""
    cursor: dict[str, Any] = {"first_week": "2026/001"}
    for number in range(MOST_REMEMBERED + 5):
        delivery = Delivery(number, "one", Week(2026, number % 52 + 1), None, ())
        cursor = cursor_after(cursor_inside(cursor, {"delivery": number}), delivery, ["it is broken"])
    assert cursor["done"] == list(range(5, MOST_REMEMBERED + 5))
    assert len(cursor["damaged"]) == MOST_REMEMBERED
    assert "at" not in cursor and cursor["last_week"] == "2026/052"
    assert json.loads(json.dumps(cursor)) == cursor


@pytest.mark.parametrize(
    "cursor", [{"done": "all"}, {"at": 3}, {"last_week": "yesterday"}, {"first_week": 7}, {"damaged": []}]
)
def test_a_cursor_of_somebody_else_is_refused(cursor: dict[str, Any]) -> None:
    """It says what to do with it, and is not changed."""
    before = copy.deepcopy(cursor)
    with pytest.raises(Terminal, match="was not written by this source"):
        plan_deliveries(offer("2026/044"), cursor, DAY)
    assert cursor == before


@pytest.mark.real
def test_the_recorded_listing_is_read(real_data: Path) -> None:
    """The listing of a sister product, in the wire's names: every week, its ZIP, its checksum; no notice."""
    listing = json.loads((real_data / "wire" / "epo-bdds" / "wire_derived" / "get_product.json").read_text())
    found = read_listing(listing)
    assert 5 < len(found) < len(listing["deliveries"])
    assert all(len(one.files) == 1 and one.files[0].sha1 and one.published_on for one in found)
    weeks = [one.week for one in found]
    assert weeks == sorted(weeks) and Week(2026, 23) in weeks
    plan = plan_deliveries(found, {"first_week": str(weeks[0]), "last_week": str(weeks[0])}, DAY)
    assert "gap" not in plan.notes and len(plan.todo) == len(found)
    latest = json.loads((real_data / "wire" / "epo-bdds" / "wire_derived" / "get_latest_delivery.json").read_text())
    assert read_listing({"deliveries": [latest]})[0] in found
