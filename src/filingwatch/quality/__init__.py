"""The gates: rules as data, judged by Great Expectations, with three verdicts and a page for people.

`landed` judges what was landed and the core built from it, `to_publish` what analysts are about to see. Importing this
package does not import Great Expectations (seconds); judging does. What a run does when a gate is closed belongs to
the flows.
"""

from filingwatch.quality.gate import SUITES, judge, record
from filingwatch.quality.page import render_page
from filingwatch.quality.verdict import CheckResult, GateResult, Verdict, require_open

__all__ = ["SUITES", "CheckResult", "GateResult", "Verdict", "judge", "record", "render_page", "require_open"]
