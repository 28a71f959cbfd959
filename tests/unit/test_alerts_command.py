"""`filingwatch alerts` and `applicants review`: what people said is read back from the inbox at once."""

from __future__ import annotations

import json

import pytest

from filingwatch.cli import main
from filingwatch.decisions import decide
from filingwatch.settings import Settings
from tests.browser import hand_made


def say(settings: Settings, kind: str, subject: str, value: str) -> None:
    decide(settings, kind=kind, subject=subject, value=value, decided_by="ann", watch=None, reason="known")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    assert not end.value.code
    return capsys.readouterr().out


@pytest.fixture
def published(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    hand_made.publish(settings)
    monkeypatch.setenv("FILINGWATCH_HOME", str(settings.home))
    return settings


def test_an_alert_shows_who_looked_into_it(published: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody at first; then the last word with its reason; nothing again when that was taken back."""
    assert "nobody said so yet" in run(capsys, "alerts", "--all")
    say(published, "alert", "alert1", "muted")
    assert "Looked into: muted by ann on " in run(capsys, "alerts", "--all")
    say(published, "alert", "alert1", "acknowledged")
    [alert] = json.loads(run(capsys, "alerts", "--all", "--json"))
    assert (alert["answer"], alert["answered_by"], alert["answer_reason"]) == ("acknowledged", "ann", "known")
    say(published, "alert", "alert1", "reset")
    [alert] = json.loads(run(capsys, "alerts", "--all", "--json"))
    assert alert["answer"] is None


def test_a_pair_of_names_comes_back_when_its_decision_is_taken_back(
    published: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Decided pairs leave the review; a reset brings them back."""
    from filingwatch.warehouse import reader

    before = json.loads(run(capsys, "applicants", "review", "--json"))
    with reader(published) as con:
        [(one, two)] = con.execute("select name_a, name_b from ml.applicant_review limit 1").fetchall()
    say(published, "applicant_pair", f"{one}|{two}", "different")
    assert len(json.loads(run(capsys, "applicants", "review", "--json"))) == len(before) - 1
    say(published, "applicant_pair", f"{one}|{two}", "reset")
    assert json.loads(run(capsys, "applicants", "review", "--json")) == before
