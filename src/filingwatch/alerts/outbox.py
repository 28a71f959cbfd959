"""Delivery: takes alerts from the outbox to the channels, at least once each, and records every attempt.

An alert is in the outbox because its finding was committed; delivery is apart, so that a channel that is down delays
a message and never loses or repeats a finding.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from filingwatch import ledger
from filingwatch.alerts import Alert
from filingwatch.alerts.channels import Channel
from filingwatch.errors import Terminal, Transient
from filingwatch.warehouse import utc_now

PATIENCE = dt.timedelta(days=30)
"""How long an alert that a channel does not take is tried; then it is a dead letter: shown to ops, no longer tried."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt. `status` is delivered, failed (will be tried again) or dead (will not)."""

    alert_id: str
    subject: str
    channel: str
    attempt: int
    status: str
    message: str | None = None


def register_channels(con: duckdb.DuckDBPyConnection, run: ledger.Run, channels: Sequence[Channel]) -> None:
    """Note when each channel was first seen: it gets what was found from then on, never the whole past."""
    for channel in channels:
        if ledger.read_cursor(con, "channel", channel.name) is None:
            ledger.write_cursor(con, run, "channel", {"since": run.started_at.isoformat()}, channel.name)


def deliver_pending(con: duckdb.DuckDBPyConnection, channels: Sequence[Channel]) -> list[Delivery]:
    """Try every alert that a channel has not taken yet; one attempt each, recorded as soon as it was made."""
    made = []
    for channel in channels:
        for alert, attempts, created_at in _pending(con, channel):
            delivery = _attempt(channel, alert, attempts + 1, is_last=utc_now() - created_at > PATIENCE)
            con.execute(
                "insert into ops.delivery values (?, ?, ?, ?, ?, ?)",
                [alert.alert_id, channel.name, delivery.attempt, delivery.status, delivery.message, utc_now()],
            )
            made.append(delivery)
    return made


def _attempt(channel: Channel, alert: Alert, attempt: int, *, is_last: bool) -> Delivery:
    try:
        channel.deliver(alert)
    except Transient as error:
        status = "dead" if is_last else "failed"
        return Delivery(alert.alert_id, alert.subject, channel.name, attempt, status, str(error))
    except Terminal as error:
        return Delivery(alert.alert_id, alert.subject, channel.name, attempt, "dead", str(error))
    return Delivery(alert.alert_id, alert.subject, channel.name, attempt, "delivered")


def _pending(con: duckdb.DuckDBPyConnection, channel: Channel) -> list[tuple[Alert, int, dt.datetime]]:
    """What a channel has not taken yet. Monitors hear of nothing that analysts cannot see: a finding waits until what
    it was found in has passed the gate and is published."""
    since = (ledger.read_cursor(con, "channel", channel.name) or {"since": utc_now().isoformat()})["since"]
    rows = con.execute(
        """
        select a.alert_id, a.audience, a.watch, a.event, a.subject, a.body, a.evidence, a.is_synthetic,
               count(d.attempt) as attempts, a.created_at
        from ops.alert as a left join ops.delivery as d on d.alert_id = a.alert_id and d.channel = ?
        where a.audience = ? and a.created_at >= ?::timestamp
          and (a.audience = 'ops' or a.created_at <= (
              select max(logged_at) from ops.publication_log where action in ('published', 'refreshed')
          ))
        group by all
        having count(*) filter (where d.status in ('delivered', 'dead')) = 0
        order by min(a.created_at), a.alert_id
        """,
        [channel.name, channel.audience, since],
    ).fetchall()
    return [(Alert(*row[:6], json.loads(row[6]), row[7]), row[8], row[9]) for row in rows]
