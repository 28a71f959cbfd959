"""The inbox of decisions: nothing that a person decided is lost, whoever else writes."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from filingwatch import ledger, warehouse
from filingwatch.decisions import KINDS, Word, decide, decide_all, land_decisions, read_decisions
from filingwatch.errors import BadInput
from filingwatch.settings import Settings
from tests import commands


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
        ("relevance_ruling", "CN1A", "skip", "ann", "relevant, irrelevant, reset"),
        ("right_tag", "CN1A", "confirmed", "ann", "<invention>|<right>"),
        ("right_tag", "CN1A|", "confirmed", "ann", "<invention>|<right>"),
        ("alert", "a-1", "read", "ann", "acknowledged, muted, reset"),
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


_OLD_INBOX = """
create table decision (
    decision_id integer primary key autoincrement,
    watch text, kind text not null, subject text not null, value text not null,
    decided_by text not null, decided_at text not null, reason text, previous_value text
);
create trigger decision_is_append_only_1 before update on decision
    begin select raise(abort, 'decisions are append-only: add a new one'); end;
insert into decision values (7, 'w', 'relevance_label', 'CN1A', 'relevant', 'ann', '2026-01-01T00:00:00', null, null);
"""


def test_an_inbox_of_before_is_brought_up_when_opened_also_by_several_at_once(settings: Settings) -> None:
    """Its rows stay, with nothing known of how they came about; whoever opens it at the same moment finds it whole."""
    settings.decisions_file.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(settings.decisions_file) as db:
        db.executescript(_OLD_INBOX)
    script = (
        "import sys, datetime as dt, pathlib\n"
        "from filingwatch.settings import Settings\nfrom filingwatch.decisions import decide\n"
        "s = Settings(home=pathlib.Path(sys.argv[1]), today=dt.date(2026, 11, 22))\n"
        "decide(s, kind='relevance_label', subject='CN2A', value='skip', decided_by='bo', watch='w', reason=None,"
        " context={'seconds': 3, 'desk': True})\n"
    )
    people = [subprocess.Popen([sys.executable, "-c", script, str(settings.home)]) for _ in range(4)]
    assert [person.wait() for person in people] == [0] * 4
    decisions = read_decisions(settings)
    assert [(d.decision_id, d.context) for d in decisions[:1]] == [(7, None)]
    assert [d.context for d in decisions[1:]] == [{"seconds": 3, "desk": True}] * 4
    with sqlite3.connect(settings.decisions_file) as db, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute("update decision set value = 'x'")


def test_what_one_says_of_several_is_written_whole_or_not_at_all(settings: Settings) -> None:
    """One word that is not allowed, and nothing of the list is in the inbox."""
    good, bad = Word("relevance_label", "CN1A", "skip", "w"), Word("relevance_label", "CN2A", "maybe", "w")
    with pytest.raises(BadInput, match="maybe"):
        decide_all(settings, [good, bad], decided_by="ann")
    assert read_decisions(settings) == []
    assert [one.subject for one in decide_all(settings, [good], decided_by="ann")] == ["CN1A"]


def test_the_context_of_a_decision_lands_with_it(settings: Settings) -> None:
    """What the document was chosen as reaches the warehouse as JSON, in Chinese as well; without one it is null."""
    label(settings, "CN1A", "relevant")
    decide(
        settings, kind="relevance_label", subject="CN2A", value="relevant", decided_by="ann", watch="w", reason=None,
        context={"chosen_as": "audit", "words": ["人脸识别"]},
    )  # fmt: skip
    with warehouse.writer(settings) as con:
        land_decisions(con, settings, ledger.new_run("test", settings.today))
        rows = con.sql("select context, context ->> '$.words[0]' from raw.decision order by decision_id").fetchall()
    assert rows == [(None, None), ('{"chosen_as": "audit", "words": ["人脸识别"]}', "人脸识别")]


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


def test_the_help_of_decide_names_every_kind_with_its_values(tmp_path: Path) -> None:
    """Whoever asks what may be decided reads all of it in one place."""
    shown = commands.run(tmp_path, "decide", "--help").stdout
    lines = {line.split()[0]: line for line in shown.splitlines() if line.split()}
    for kind, values in KINDS.items():
        assert kind in lines, kind
        assert all(value in lines[kind] for value in values or ()), kind
