"""Delivery: at least once, never a flood, and a channel that is down delays nobody else."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field, replace

import duckdb
import pytest

from filingwatch import ledger, warehouse
from filingwatch.alerts import Alert
from filingwatch.alerts.channels import AppriseChannel, FileChannel, channels_for
from filingwatch.alerts.outbox import PATIENCE, deliver_pending, register_channels
from filingwatch.errors import Terminal, Transient
from filingwatch.settings import Settings

DAY = dt.date(2026, 11, 22)


@dataclass
class Mailbox:
    """A channel whose far end the test holds."""

    name: str = "mailbox"
    audience: str = "monitor"
    error: Exception | None = None
    got: list[str] = field(default_factory=list)

    def deliver(self, alert: Alert) -> None:
        if self.error is not None:
            raise self.error
        self.got.append(alert.alert_id)


def alert(name: str, audience: str = "monitor") -> Alert:
    return Alert(name, audience, "w", "detected", f"subject {name}", "body", {"n": 1}, False)  # type: ignore[arg-type]


def publish(con: duckdb.DuckDBPyConnection) -> None:
    """As a run does when its gate was open."""
    con.execute("insert into ops.publication_log values ('v', 'r', 'published', 'k', 1, ?)", [warehouse.utc_now()])


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    with duckdb.connect() as con:
        warehouse.migrate(con)
        yield con


def test_each_alert_is_told_once_to_each_channel_of_its_audience(con: duckdb.DuckDBPyConnection) -> None:
    """A second delivery finds nothing to do; ops and monitors do not get each other's alerts."""
    run = ledger.new_run("test", DAY)
    boxes = [Mailbox("a"), Mailbox("b"), Mailbox("ops", audience="ops")]
    register_channels(con, run, boxes)
    for one in (alert("x"), alert("x"), alert("y"), alert("z", "ops")):
        ledger.put_alert(con, run, one)
    publish(con)
    deliver_pending(con, boxes)
    assert deliver_pending(con, boxes) == []
    assert [box.got for box in boxes] == [["x", "y"], ["x", "y"], ["z"]]


def test_a_channel_that_is_down_catches_up_and_delays_nobody(con: duckdb.DuckDBPyConnection) -> None:
    """Failed attempts are recorded with their reason and tried again; the other channel got it the first time."""
    run = ledger.new_run("test", DAY)
    up, down = Mailbox("up"), Mailbox("down", error=Transient("connection refused"))
    register_channels(con, run, [down, up])
    ledger.put_alert(con, run, alert("x"))
    publish(con)
    assert [d.status for d in deliver_pending(con, [down, up])] == ["failed", "delivered"]
    down.error = None
    assert [(d.channel, d.attempt, d.status) for d in deliver_pending(con, [down, up])] == [("down", 2, "delivered")]
    assert con.sql("select message from ops.delivery where status = 'failed'").fetchall() == [("connection refused",)]
    assert up.got == down.got == ["x"]


def test_what_a_channel_can_never_take_becomes_a_dead_letter(con: duckdb.DuckDBPyConnection) -> None:
    """A terminal error ends the attempts at once, a transient one after a month."""
    run = ledger.new_run("test", DAY)
    never, hardly = Mailbox("never", error=Terminal("bad address")), Mailbox("hardly", error=Transient("busy"))
    register_channels(con, run, [never, hardly])
    ledger.put_alert(con, run, alert("x"))
    publish(con)
    assert [d.status for d in deliver_pending(con, [never, hardly])] == ["dead", "failed"]
    assert [d.status for d in deliver_pending(con, [never, hardly])] == ["failed"]
    con.execute("update ops.alert set created_at = created_at - ?::interval", [PATIENCE])
    con.execute("update ops.cursor set value = json('{\"since\": \"2020-01-01\"}') where source = 'channel'")
    assert [d.status for d in deliver_pending(con, [never, hardly])] == ["dead"]
    assert deliver_pending(con, [never, hardly]) == []
    assert con.sql("select count(*) from ops.delivery where status = 'dead'").fetchall() == [(2,)]


def test_monitors_hear_only_of_what_is_published(con: duckdb.DuckDBPyConnection) -> None:
    """While the gate keeps a finding from analysts it is not told either; ops are told at once."""
    run = ledger.new_run("test", DAY)
    box, ops = Mailbox("box"), Mailbox("ops", audience="ops")
    register_channels(con, run, [box, ops])
    publish(con)
    for one in (alert("found after the last publication"), alert("gate closed", "ops")):
        ledger.put_alert(con, run, one)
    deliver_pending(con, [box, ops])
    assert (box.got, ops.got) == ([], ["gate closed"])
    publish(con)
    deliver_pending(con, [box, ops])
    assert box.got == ["found after the last publication"]


def test_a_new_channel_does_not_get_the_whole_past(con: duckdb.DuckDBPyConnection) -> None:
    """A channel hears of what is found from the run in which it was first seen, also when delivery comes later."""
    first, old = ledger.new_run("test", DAY), Mailbox("old")
    register_channels(con, first, [old])
    ledger.put_alert(con, first, alert("before"))
    publish(con)
    deliver_pending(con, [old])
    second, new = ledger.new_run("test", DAY), Mailbox("new")
    register_channels(con, second, [old, new])
    ledger.put_alert(con, second, alert("after"))
    publish(con)
    deliver_pending(con, [old, new])
    assert (old.got, new.got) == (["before", "after"], ["after"])


def test_the_file_channel_writes_the_same_alert_in_the_same_place(settings: Settings) -> None:
    """Text for people and JSON for programs; delivering twice leaves one of each."""
    channel = FileChannel(settings.alerts_folder, "monitor")
    for _ in range(2):
        channel.deliver(alert("x"))
    names = sorted(path.name for path in (settings.alerts_folder / "monitor").iterdir())
    assert names == ["x.json", "x.txt"]
    assert json.loads((settings.alerts_folder / "monitor" / "x.json").read_text())["subject"] == "subject x"


def test_a_channel_never_shows_its_address(settings: Settings) -> None:
    """Name and repr tell Apprise channels apart without their secrets, and an unknown address is final."""
    channel = AppriseChannel("nonsense://user:secret@example.org/token", "monitor", b"salt")
    assert "secret" not in f"{channel.name} {channel!r}"
    assert channel.name != AppriseChannel("nonsense://user:other@example.org/token", "monitor", b"salt").name
    with pytest.raises(Terminal, match="FILINGWATCH_APPRISE_URLS") as caught:
        channel.deliver(alert("x"))
    assert "secret" not in str(caught.value)


def test_names_of_channels_are_distinct(settings: Settings) -> None:
    """Deliveries are keyed by channel name, so no two channels of an installation share one."""
    with_urls = replace(settings, apprise_urls=("json://one", "json://two"), ops_apprise_urls=("json://one",))
    names = [channel.name for channel in channels_for(with_urls)]
    assert len(names) == len(set(names)) == 6
    assert [channel.name for channel in channels_for(with_urls)] == names
