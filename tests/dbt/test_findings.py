"""`filingwatch changepoints show`: careful mode beside paper mode, with the events beside each."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from filingwatch import cli
from filingwatch.errors import BadInput
from filingwatch.findings import read_findings
from filingwatch.settings import Settings

MONITORED = "towns/office=CN/patent_type=invention"


def test_both_modes_of_a_series_stand_side_by_side(published: Settings) -> None:
    """Each mode has its changepoints, each of these its events, the nearest to its interval first."""
    [one] = read_findings(published, series=MONITORED)
    assert (one.label, one.watch, one.is_synthetic) == ("Towns: CN, inventions", "towns", False)
    assert one.verdicts == {"careful": "changed", "paper": "no change"}
    assert one.changepoints["paper"] == []
    [change] = one.changepoints["careful"]
    assert (change["month"], change["rate_ratio"], change["is_news"]) == (dt.date(2015, 3, 1), 2.0, False)
    gaps = [event["gap_month_count"] for event in change["events"]]
    assert gaps == sorted(gaps) and len(gaps) > 5
    assert {event["is_rival"] for event in change["events"]} == {False}


def test_every_series_is_listed_also_quiet_and_gone_ones(published: Settings) -> None:
    """A series without a changepoint has two empty lists; one that is gone keeps its finding under its id."""
    found = {one.series_id: one for one in read_findings(published, watch="towns")}
    assert found["towns/all"].changepoints == {"careful": [], "paper": []}
    assert found["towns/technology=gone"].label == "towns/technology=gone"
    assert len(found["towns/technology=gone"].changepoints["careful"]) == 1
    assert len(found) > 5


@pytest.mark.parametrize("asked", [{"series": "towns/technology=nothing"}, {"watch": "villages"}])
def test_what_is_not_published_is_refused(published: Settings, asked: dict[str, str]) -> None:
    """A typing mistake is no empty answer."""
    with pytest.raises(BadInput, match="Nothing is published of"):
        read_findings(published, **asked)


def test_the_command_tells_people_and_programs_the_same(
    published: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of all, a page for one series, and JSON of the same."""
    monkeypatch.setenv("FILINGWATCH_HOME", str(published.home))

    def ask(*options: str) -> str:
        with pytest.raises(SystemExit) as ended:
            cli.main(["changepoints", "show", *options])
        assert not ended.value.code
        return capsys.readouterr().out

    everything = ask("--watch", "towns")
    assert "2015-03 [2015-03 .. 2015-03]  x 2.00 [1.50 .. 2.70]  history" in everything
    assert "series have no changepoint" in everything and "no cause" in everything
    page = ask("--series", MONITORED)
    assert "Paper mode: no change" in page and "+4 days" in page and "Internet Plus" in page and "no cause" in page
    [one] = json.loads(ask("--series", MONITORED, "--json"))
    assert one["changepoints"]["careful"][0]["events"][0]["chance_share"] > 0
