"""The inbox of decisions: nothing that a person decided is lost, whoever else writes."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest

from filingwatch import ledger, warehouse
from filingwatch.decisions import decide, land_decisions, read_decisions
from filingwatch.errors import BadInput
from filingwatch.settings import Settings


def label(settings: Settings, subject: str, value: str, by: str = "ann") -> None:
    decide(settings, kind="relevance_label", subject=subject, value=value, decided_by=by, watch="w", reason=None)


def test_a_change_of_mind_is_a_new_row_that_names_what_stood_before(settings: Settings) -> None:
    """The inbox is append-only and remembers the previous value of the same subject, kind and watch."""
    label(settings, "CN1A", "relevant")
    label(settings, "CN1A", "irrelevant", by="bo")
    decisions = read_decisions(settings)
    assert [(d.value, d.previous_value, d.decided_by) for d in decisions] == [
        ("relevant", None, "ann"),
        ("irrelevant", "relevant", "bo"),
    ]
    with sqlite3.connect(settings.decisions_file) as db, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute("delete from decision")


@pytest.mark.parametrize(
    ("kind", "subject", "value", "by", "says"),
    [
        ("relevant", "CN1A", "yes", "ann", "no decision of kind"),
        ("relevance_label", "CN1A", "maybe", "ann", "relevant, irrelevant"),
        ("topic_name", " ", "x", "ann", "subject"),
        ("topic_name", "t-1", "x", " ", "name of who decided"),
    ],
)
def test_what_cannot_be_decided_is_refused(
    settings: Settings, kind: str, subject: str, value: str, by: str, says: str
) -> None:
    """An unknown kind, a value that is not allowed and empty fields are refused with what to write instead."""
    with pytest.raises(BadInput, match=says):
        decide(settings, kind=kind, subject=subject, value=value, decided_by=by, watch=None, reason=None)


def test_decisions_land_once_and_in_order(settings: Settings) -> None:
    """Landing again lands nothing; what comes later lands later."""
    run = ledger.new_run("test", settings.today)
    label(settings, "CN1A", "relevant")
    with warehouse.writer(settings) as con:
        assert (land_decisions(con, settings, run), land_decisions(con, settings, run)) == (1, 0)
        label(settings, "CN2A", "irrelevant")
        label(settings, "CN1A", "irrelevant")
        assert land_decisions(con, settings, run) == 2
        rows = con.sql("select subject, value, previous_value from raw.decision order by decision_id").fetchall()
    assert rows == [
        ("CN1A", "relevant", None),
        ("CN2A", "irrelevant", None),
        ("CN1A", "irrelevant", "relevant"),
    ]


def test_several_people_decide_while_a_run_lands(settings: Settings) -> None:
    """Three processes write 40 decisions each while landing goes on: every one of them arrives exactly once."""
    script = (
        "import sys, datetime as dt, pathlib\n"
        "from filingwatch.settings import Settings\nfrom filingwatch.decisions import decide\n"
        "s = Settings(home=pathlib.Path(sys.argv[1]), today=dt.date(2026, 11, 22))\n"
        "for n in range(40):\n"
        "    decide(s, kind='relevance_label', subject=f'{sys.argv[2]}-{n}', value='relevant', decided_by=sys.argv[2],"
        " watch='w', reason=None)\n"
    )
    people = [
        subprocess.Popen([sys.executable, "-c", script, str(settings.home), name]) for name in ("ann", "bo", "cy")
    ]
    run = ledger.new_run("test", settings.today)
    with warehouse.writer(settings) as con:
        while any(person.poll() is None for person in people):
            land_decisions(con, settings, run)
        land_decisions(con, settings, run)
        count = con.sql("select count(*), count(distinct subject) from raw.decision").fetchall()
    assert [person.returncode for person in people] == [0, 0, 0]
    assert count == [(120, 120)]


@pytest.mark.parametrize("subject", ["ops", "batch", "Landed"])
def test_an_acceptance_says_what_is_accepted(settings: Settings, subject: str) -> None:
    """A batch, or the volume of a source by its name; anything else would be taken and do nothing."""
    chosen = {"kind": "batch_accepted", "value": "accepted", "decided_by": "ann", "watch": None, "reason": "it is so"}
    with pytest.raises(BadInput, match="decide batch_accepted volume:<source> accepted --why"):
        decide(settings, subject=subject, **chosen)
    assert [decide(settings, subject=one, **chosen).subject for one in ("landed", "volume:ops")] == [
        "landed",
        "volume:ops",
    ]
