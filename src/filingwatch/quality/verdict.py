"""What a gate says: three verdicts kept apart, the result of one check, the result of a gate.

How a verdict is reached belongs to `gate` and `expectations`; nothing here reads data.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from filingwatch.errors import GateClosed

SAMPLE_ROWS = 5
"""At most this many rows are shown of what failed; the true number stands in `observed`."""


class Verdict(StrEnum):
    """`could_not_tell` is neither of the others: the rule could not be evaluated, so nothing is known."""

    PASSED = "passed"
    FAILED = "failed"
    COULD_NOT_TELL = "could_not_tell"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One rule applied to one subject (a table, a feed, a source).

    `meaning` is the claim in words, `to_do` what a person does when it does not hold. `sample` holds plain values and
    may be empty, also when the check failed (a number has no rows).
    """

    check_name: str
    subject: str
    verdict: Verdict
    observed: str
    expected: str
    meaning: str
    to_do: str
    sample: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class GateResult:
    """All checks of one suite in one run. `is_synthetic` is None when it could not be told what was judged."""

    suite: str
    checks: tuple[CheckResult, ...]
    judged_at: dt.datetime
    is_synthetic: bool | None
    seconds: float = 0.0

    @property
    def is_open(self) -> bool:
        """Whether there was something to check and all of it passed."""
        return bool(self.checks) and all(check.verdict is Verdict.PASSED for check in self.checks)

    @property
    def not_passed(self) -> tuple[CheckResult, ...]:
        """What keeps the gate closed: failed checks first."""
        closing = [check for check in self.checks if check.verdict is not Verdict.PASSED]
        return tuple(sorted(closing, key=lambda check: check.verdict is not Verdict.FAILED))

    def count(self, verdict: Verdict) -> int:
        return sum(check.verdict is verdict for check in self.checks)

    def figures(self) -> dict[str, Any]:
        """The gate as plain values for the ledger; `suite` names it."""
        counts = {verdict.value: self.count(verdict) for verdict in Verdict}
        return {"suite": self.suite, "gate": "open" if self.is_open else "closed", "checks": len(self.checks), **counts}

    def summary(self) -> str:
        """The counts of the three verdicts in one line."""
        counts = ", ".join(f"{self.count(verdict)} {verdict.words}" for verdict in Verdict)
        return f"{len(self.checks)} checks: {counts}" if self.checks else "no check was made"


def require_open(result: GateResult) -> None:
    """Go on only when everything passed.

    Raises:
        GateClosed: something failed or could not be told, or nothing was checked; the message lists each such check
            with what was observed, sample rows and what to do next.
    """
    if result.is_open:
        return
    lines = [
        f"The gate {result.suite!r} is closed ({result.summary()}). "
        "Nothing new is published; the last publication stays in place."
    ]
    if not result.checks:
        lines.append("A gate without checks never opens: look at why the suite is empty, then run again.")
    for check in result.not_passed:
        lines.append(f"- {check.verdict.words}: {check.check_name} ({check.subject}): {check.meaning}")
        lines.append(f"  observed: {check.observed}; expected: {check.expected}")
        lines += [f"  for example: {plain_json(row)}" for row in check.sample]
        lines.append(f"  what to do: {check.to_do}")
    raise GateClosed("\n".join(lines))


def plain_json(value: Any) -> str:
    """JSON on one line, readable in any script; what JSON does not know is written as text."""
    return json.dumps(value, ensure_ascii=False, default=str)
