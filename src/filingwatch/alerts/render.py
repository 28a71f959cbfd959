"""How an alert reads: subject and plain text of one event. No decision about who hears of it is made here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filingwatch.alerts.doctrine import Member, News, Vintage
    from filingwatch.changepoints.tracking import Finding

SYNTHETIC = "[SYNTHETIC] "
_MOST_LISTED = 12


def describe_event(news: News, members: Sequence[Member], vintage: Vintage) -> tuple[str, str]:
    """Subject and body; the first member speaks for the event, the others are listed."""
    lead = members[0]
    subject = _subject(news, lead, len(members) - 1)
    parts = [
        *([_SYNTHETIC_NOTE] if lead.is_synthetic else []),
        _sentence(news, lead),
        _series_list(members),
        _knowledge(lead, vintage),
        _RIVALS,
        _LIMITS,
        _ids(members, vintage),
    ]
    return subject, "\n\n".join(parts) + "\n"


def _subject(news: News, lead: Member, others: int) -> str:
    finding = lead.tracked.finding
    more = f" (and {others} more series)" if others else ""
    since = f"{finding.month:%Y-%m}"
    what = {
        "detected": f"{_direction(finding)} since {since}, x{_times(finding.rate_ratio)}",
        "moved": f"change now dated to {since}, x{_times(finding.rate_ratio)}",
        "withdrawn": f"change of {since} withdrawn",
    }[news]
    return f"{SYNTHETIC if lead.is_synthetic else ''}{_plain_label(lead)}: {what}{more}"


def _sentence(news: News, lead: Member) -> str:
    finding = lead.tracked.finding
    if news == "withdrawn":
        return (
            f"{lead.label}: the change that was announced for {finding.month:%Y-%m} is no longer found. With what is "
            "known today, one steady rate explains the counts as well."
        )
    dated = "The date of a change was estimated anew. " if news == "moved" else ""
    return f"{dated}{lead.label}: {_effect(finding)}."


def _effect(finding: Finding) -> str:
    return (
        f"since {finding.month:%Y-%m} [{finding.month_low:%Y-%m} .. {finding.month_high:%Y-%m}] about "
        f"{_times(finding.rate_ratio)} times [{_times(finding.rate_ratio_low)} .. {_times(finding.rate_ratio_high)}] "
        f"the earlier rate of filing (probability {_share(finding.probability)})"
    )


def _series_list(members: Sequence[Member]) -> str:
    lines = ["Series of this event:" if len(members) > 1 else "Series:"]
    for member in members[:_MOST_LISTED]:
        state = " (withdrawn)" if member.tracked.state == "withdrawn" else ""
        lines.append(
            f"  {member.tracked.finding.series_id}: {_effect(member.tracked.finding)}; {member.filings} filings{state}"
        )
    if len(members) > _MOST_LISTED:
        lines.append(f"  and {len(members) - _MOST_LISTED} more; all stand in insight.fct_changepoint")
    return "\n".join(lines)


def _knowledge(lead: Member, vintage: Vintage) -> str:
    newest = ", ".join(f"{month} {_share(share)}" for month, share in lead.newest.items())
    return (
        f"First found on {lead.tracked.first_announced_on}, from what had been published by {vintage.as_of}.\n"
        f"Filings appear months after they are made. How much of the newest judged months can have appeared, and is "
        f"allowed for: {newest or 'no month is judged'}."
    )


def _ids(members: Sequence[Member], vintage: Vintage) -> str:
    lead = members[0].tracked
    return f"event {lead.event_id}, changepoint {lead.changepoint_id}, run {vintage.run_id}, model {vintage.model_id}"


def _direction(finding: Finding) -> str:
    return "more filings" if finding.direction == "up" else "fewer filings"


def _plain_label(member: Member) -> str:
    return member.label.removesuffix(" (SYNTHETIC)")


def _times(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio >= 1 else f"{ratio:.2f}"


def _share(value: float) -> str:
    return "over 99 %" if value > 0.99 else f"{100 * value:.0f} %"


_SYNTHETIC_NOTE = "SYNTHETIC: these filings were invented to show how the system works. Nothing here happened."
_RIVALS = (
    "What else may explain it: dated events near this month (policy, law, the patent system, classification) are "
    "listed with their distance in days in insight.fct_changepoint_rival. This finding was made without looking at "
    "them, and nearness in time is no cause."
)
_LIMITS = (
    "What it does not mean: a filing is not a deployment. Subsidies, targets and changes of patent practice move "
    "filings too, and applicants who have filings published sooner than usual look like more filings for a while."
)
