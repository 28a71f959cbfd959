"""What people are told. `Alert` is the outbox row; doctrine and wording are pure, channels deliver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Alert:
    """One message, frozen with its evidence. Equal `alert_id` means the same news: it is told once.

    `event` is detected, moved, withdrawn (to monitors) or the name of an ops condition. `body` is plain text.
    `evidence` is plain JSON: the numbers, the vintage, the versions.
    """

    alert_id: str
    audience: Literal["monitor", "ops"]
    watch: str | None
    event: str
    subject: str
    body: str
    evidence: Mapping[str, Any]
    is_synthetic: bool
