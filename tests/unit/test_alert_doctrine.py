"""Who hears of what, and what an alert says."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest

from filingwatch.alerts import Alert
from filingwatch.alerts.doctrine import Member, Vintage, judge_events, leading_member
from filingwatch.changepoints.tracking import Finding, Tracked
from filingwatch.watch import AlertRule

RULE = AlertRule(least_rate_ratio=1.5, least_probability=0.95)
VINTAGE = Vintage("run-1", "2026-11-22", "model-1", {"name": "counts", "version": 1})


def member(series: str = "all", *, event: str = "event-1", turns: tuple = ("detected",), **changed: object) -> Member:
    """A news changepoint that passes the rule; fields of the finding and of its identity can be changed."""
    finding = Finding(
        f"parks/{series}", "careful", dt.date(2015, 2, 1), dt.date(2014, 12, 1), dt.date(2015, 4, 1), "up",
        2.4, 2.0, 2.9, 0.01, 0.999,
    )  # fmt: skip
    tracked = Tracked(
        finding, f"id-{series}", "detected", dt.date(2026, 11, 22), dt.date(2026, 11, 22), True, event, False,
        "model-1", turns,
    )  # fmt: skip
    of_finding = {name: value for name, value in changed.items() if hasattr(finding, name)}
    of_member = {name: value for name, value in changed.items() if name in ("filings", "is_synthetic", "label")}
    of_tracked = {name: value for name, value in changed.items() if name not in of_finding and name not in of_member}
    row = replace(tracked, finding=replace(finding, **of_finding), **of_tracked)
    newest = {"2026-05": 0.17, "2026-06": 0.1}
    return replace(Member(row, f"Parks: {series}", 100, False, newest), **of_member)


def judge(*members: Member, vintage: Vintage = VINTAGE) -> list[Alert]:
    return judge_events("parks", members, RULE, vintage)


def test_news_is_told_once_an_event() -> None:
    """Three series of one event make one alert; two events make two."""
    alerts = judge(member("a"), member("b"), member("c"), member("d", event="event-2"))
    assert [alert.evidence["event_id"] for alert in alerts] == ["event-1", "event-2"]
    assert [alert.event for alert in alerts] == ["detected", "detected"]
    assert {alert.audience for alert in alerts} == {"monitor"}
    assert [one["series_id"] for one in alerts[0].evidence["members"]] == ["parks/c", "parks/a", "parks/b"]


@pytest.mark.parametrize(
    "untold",
    [
        {"is_news": False},
        {"rate_ratio": 1.4},
        {"probability": 0.94},
        {"rate_ratio": 0.7, "direction": "down"},
        {"is_told": True, "turns": ()},
        {"is_told": True, "turns": ("confirmed",)},
        {"state": "withdrawn", "turns": ("withdrawn",)},
        {"is_news": False, "state": "withdrawn", "turns": ("withdrawn",)},
        {"is_news": False, "turns": ("moved",)},
    ],
)
def test_nothing_else_is_told(untold: dict) -> None:
    """History, small or unsure changes, what was told already, and the end of what was never told: silence."""
    assert judge(member(**untold)) == []


def test_a_fall_is_told_like_a_rise() -> None:
    """Half the rate is as large a change as double the rate."""
    (alert,) = judge(member(rate_ratio=0.5, rate_ratio_low=0.4, rate_ratio_high=0.6, direction="down"))
    assert "fewer filings" in alert.subject and "x0.50" in alert.subject


def test_what_grows_sure_later_is_told_then() -> None:
    """An event that was too unsure when found is told on the night on which it passes the rule."""
    assert judge(member(probability=0.9)) == []
    (alert,) = judge(member(turns=()))
    assert alert.event == "detected"


def test_a_told_event_that_moves_or_goes_is_told() -> None:
    """Whoever heard of a change hears of its new date and of its end, each once a night."""
    moved = judge(member(is_told=True, turns=("moved",)))
    gone = judge(member(is_told=True, state="withdrawn", turns=("withdrawn",)))
    assert [alert.event for alert in moved + gone] == ["moved", "withdrawn"]
    assert "no longer found" in gone[0].body and "now dated to 2015-02" in moved[0].subject
    assert judge(member(is_told=True, state="withdrawn", turns=())) == []


def test_an_event_lives_while_one_member_does() -> None:
    """One series of three that drops out is no withdrawal of the event."""
    gone = member("a", is_told=True, state="withdrawn", turns=("withdrawn",))
    assert judge(gone, member("b", is_told=True, turns=())) == []


def test_a_withdrawn_event_that_returns_is_told_again() -> None:
    """Somebody who was told that a change is gone must hear that it is back."""
    later = replace(VINTAGE, as_of="2027-02-01")
    (first,) = judge(member())
    (back,) = judge(member(is_told=True, turns=("detected",)), vintage=later)
    assert back.event == "detected" and back.alert_id != first.alert_id


def test_equal_news_has_equal_ids() -> None:
    """The first telling of an event has one id, whatever run or day tells it; other kinds have others."""
    later = Vintage("run-2", "2026-11-23", "model-2", {})
    assert judge(member())[0].alert_id == judge(member(), vintage=later)[0].alert_id
    ids = {
        judge(member())[0].alert_id,
        judge(member(is_told=True, turns=("moved",)))[0].alert_id,
        judge(member(is_told=True, state="withdrawn", turns=("withdrawn",)))[0].alert_id,
        judge(member(event="event-2"))[0].alert_id,
    }
    assert len(ids) == 4


def test_the_series_of_the_largest_sure_effect_speaks() -> None:
    """Not the pool of everything but the series in which the change is largest at least gives the subject."""
    pool = member("all", filings=5000)
    field = member("crowds", filings=50, rate_ratio=30.0, rate_ratio_low=20.0, rate_ratio_high=45.0)
    lucky = member("few", filings=60, rate_ratio=40.0, rate_ratio_low=1.1, rate_ratio_high=900.0)
    gone = replace(field, tracked=replace(field.tracked, state="withdrawn", changepoint_id="id-gone"))
    assert leading_member([pool, field, lucky, gone], RULE) is field


def test_a_subject_tells_series_apart_and_marks_invented_ones() -> None:
    """The label stands first; invented filings say so before anything else, once."""
    (real,) = judge(member("a"))
    (invented,) = judge(member("a", is_synthetic=True, label="Parks: a (SYNTHETIC)"))
    assert real.subject == "Parks: a: more filings since 2015-02, x2.4" and not real.is_synthetic
    assert invented.subject == "[SYNTHETIC] " + real.subject and invented.is_synthetic
    assert invented.body.startswith("SYNTHETIC") and "SYNTHETIC" not in real.body


def test_the_body_says_what_when_how_sure_and_what_not() -> None:
    """One sentence with numbers and intervals, the series, completeness, vintage, rivals, limits, ids."""
    (alert,) = judge(member("a"), member("b"))
    for part in (
        "since 2015-02 [2014-12 .. 2015-04] about 2.4 times [2.0 .. 2.9] the earlier rate",
        "parks/a",
        "parks/b",
        "2026-05 17 %, 2026-06 10 %",
        "published by 2026-11-22",
        "First found on 2026-11-22",
        "insight.fct_changepoint_rival",
        "a filing is not a deployment",
        "event event-1",
        "run run-1",
        "model model-1",
    ):
        assert part in alert.body
    assert max(map(len, alert.subject.splitlines())) < 120


def test_many_members_are_cut_with_a_count() -> None:
    """A message stays readable when a hundred series move at once; the evidence holds all of them."""
    (alert,) = judge(*(member(f"s{number:03}") for number in range(100)))
    assert "and 88 more" in alert.body and "(and 99 more series)" in alert.subject
    assert len(alert.evidence["members"]) == 100


def test_the_evidence_is_plain_data() -> None:
    """Evidence survives JSON and holds numbers, vintage and versions."""
    (alert,) = judge(member())
    plain = json.loads(json.dumps(alert.evidence))
    assert plain["members"][0]["rate_ratio_interval"] == [2.0, 2.9] and plain["method"]["version"] == 1
    assert plain["as_of"] == "2026-11-22" and plain["rule"]["least_rate_ratio"] == 1.5
