"""What an answer of OPS is: hits, no hits, or which of its many refusals. Decided by code and header, not by status.

What is then done about it belongs to the search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from filingwatch.sources.safe_xml import BadXml, all_text, child, local, parse_document

Meaning = Literal[
    "answer", "none", "token", "robot", "fair_use", "hour_quota", "week_quota", "blocked", "rejected", "busy",
    "smaller", "query", "bug",
]  # fmt: skip
"""`none` is a search without hits, `token` a credential that OPS does not accept any more (or yet), `smaller` a page
that asks for more than the server can give now, `query` a question that it does not understand, `bug` a request that
this program should never have sent."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A refusal in either of the two shapes of OPS; empty texts when the body is neither."""

    code: str = ""
    message: str = ""


_BY_CODE: dict[str, Meaning] = {
    "SERVER.EntityNotFound": "none",
    "CLIENT.RobotDetected": "robot",
    "CLIENT.RequestTimeout": "busy",
    "SERVER.DomainAccess": "busy",
    "SERVER.LimitedServerResources": "smaller",
    "CLIENT.InvalidQuery": "query",
    "CLIENT.CQL": "query",
    "CLIENT.InvalidIndex": "query",
}


def read_fault(content: bytes) -> Fault | None:
    """The refusal that a body carries; None when it carries none."""
    try:
        root = parse_document(content)
    except BadXml:
        return None
    if local(root) not in ("fault", "error"):
        return None
    message, description = all_text(child(root, "message")), all_text(child(root, "description"))
    return Fault(all_text(child(root, "code")), f"{message}: {description}" if description else message)


def read_meaning(status: int, headers: Mapping[str, str], fault: Fault | None) -> Meaning:
    """What an answer means. A refusal inside a 200 is a refusal."""
    reason = headers.get("X-Rejection-Reason", "")
    message = fault.message.lower() if fault else ""
    if fault is None and 200 <= status < 300:
        return "answer"
    if fault and fault.code in _BY_CODE:
        return _BY_CODE[fault.code]
    if fault and "TermsMaximum" in fault.code:
        return "query"
    if status == 401 or "invalid_access_token" in message or "AnonymousQuota" in reason:
        return "token"
    if status == 403 or reason:
        return _read_refusal(reason, message)
    if "blocked" in message:
        return "blocked"
    if status in (408, 425, 429) or status >= 500 or (fault and 200 <= status < 300):
        return "busy"
    return "bug"


def _read_refusal(reason: str, message: str) -> Meaning:
    if "PerHour" in reason:
        return "hour_quota"
    if "Quota" in reason:
        return "week_quota"
    if "blocked" in message:
        return "blocked"
    return "fair_use" if "fair use" in message else "rejected"
