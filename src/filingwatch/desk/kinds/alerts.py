"""Alerts: what people were told, and whether somebody has looked into it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import ClassVar

from filingwatch.desk.cases import Case, Choice, Fact, Table, Text, show_time
from filingwatch.desk.marking import Segment
from filingwatch.desk.published import Row
from filingwatch.desk.queues import MOST_CASES, ListQueue

_CHOICES = (
    Choice("a", "acknowledged", "Seen and looked into", "for"),
    Choice("m", "muted", "Not of interest", "against"),
)
_ALERTS = """
    select alert_id, audience, watch, event, subject, body, evidence, is_synthetic, created_at
    from ops.alert
    where watch = $watch or watch is null
    order by created_at desc, alert_id
    limit $most
"""
_COLUMNS = ("series", "direction", "month", "rate", "probability", "state")


class AlertQueue(ListQueue):
    """Alerts of the watch and of the installation, the newest first."""

    name, title, kind = "alerts", "Alerts", "alert"
    words: ClassVar = {"acknowledged": "seen and looked into", "muted": "not of interest", "reset": "taken back"}

    def read(self, watch: str) -> Iterable[Case]:
        return [_case(row) for row in self.published.rows(_ALERTS, {"watch": watch, "most": MOST_CASES})]


def _case(row: Row) -> Case:
    members = json.loads(row["evidence"]).get("members") or []
    rows = tuple(
        (
            str(one.get("label", "")),
            str(one.get("direction", "")),
            f"{str(one.get('month', ''))[:7]} ({' to '.join(str(day)[:7] for day in one.get('month_interval', ()))})",
            f"× {one['rate_ratio']:.2f}" if "rate_ratio" in one else "",
            f"{one['probability']:.3f}" if "probability" in one else "",
            str(one.get("state", "")),
        )
        for one in members
    )
    return Case(
        case_id=row["alert_id"],
        settled_by=(row["alert_id"],),
        question="Has somebody looked into this alert?",
        why=f"{'monitors' if row['audience'] == 'monitor' else 'operators'} were told: {row['event']}",
        choices=_CHOICES,
        texts=(
            Text("Subject", "en", (Segment(row["subject"]),), is_title=True),
            Text("What was told", "en", (Segment(row["body"]),), is_told=True),
        ),
        tables=(Table("Series in it", _COLUMNS, rows),) if rows else (),
        facts=(Fact("Told", show_time(row["created_at"])), Fact("Alert", row["alert_id"])),
        is_synthetic=row["is_synthetic"],
    )
