"""What people may decide about links: checked against what is published, and said clearly when it cannot be."""

from __future__ import annotations

import pytest

from filingwatch import cli, warehouse
from filingwatch.decisions import read_decisions
from filingwatch.errors import BadInput, NothingPublished
from filingwatch.links import join, read_links, reset, split
from filingwatch.settings import Settings

FAMILY = ["CN111000001A", "CN111000001B", "EP3900001A1"]
"""One invention of two applications; the two Chinese ones share number and family."""


@pytest.fixture
def published(settings: Settings) -> Settings:
    """A published file with a family, a publication that stands alone and one that was withdrawn."""
    settings.published_file.parent.mkdir(parents=True)
    with warehouse.fresh(settings, settings.published_file) as con:
        con.execute("create schema core; create schema ops")
        con.execute("create table ops.landed_decision (decision_id bigint)")
        con.execute("create table core.dim_publication (publication_id varchar, invention_id varchar)")
        con.execute(
            "create table core.link_reason (publication_id varchar, invention_id varchar, rule varchar, detail varchar)"
        )
        for name in FAMILY:
            con.execute("insert into core.dim_publication values (?, 'CN111000001A')", [name])
            con.execute("insert into core.link_reason values (?, 'CN111000001A', 'family', '7')", [name])
        for name in FAMILY[:2]:
            con.execute("insert into core.link_reason values (?, 'CN111000001A', 'number', 'CN111000001')", [name])
        con.execute("insert into core.dim_publication values ('US20210000001A1', 'US20210000001A1'), ('CN1A', null)")
        con.execute("insert into core.link_reason values ('US20210000001A1', 'US20210000001A1', 'alone', 'nothing')")
    return settings


def test_show_says_why_and_what_waits(published: Settings) -> None:
    """Every reason of every publication of the invention, and the decisions that no run has heard of."""
    join(published, ["ep 3900001-a1", "US20210000001A1"], by="ann", why="drawings")
    found = read_links(published, "cn111000001b")
    assert found.invention_id == "CN111000001A"
    assert [(one.publication_id, one.rule) for one in found.reasons] == [
        ("CN111000001A", "family"), ("CN111000001A", "number"), ("CN111000001B", "family"),
        ("CN111000001B", "number"), ("EP3900001A1", "family"),
    ]  # fmt: skip
    assert [decision.subject for decision in found.waiting] == ["EP3900001A1|US20210000001A1"]
    assert read_links(published, "CN1A").invention_id is None


def test_decisions_about_links_reach_the_inbox(published: Settings) -> None:
    """Join and split are rows of the inbox with who and why; a join is one subject in whatever order it is typed."""
    join(published, ["US20210000001A1", "EP3900001A1"], by="ann", why="drawings")
    split(published, "EP3900001A1", by="bo", why="another lamp")
    assert [(d.kind, d.subject, d.value, d.decided_by, d.reason, d.watch) for d in read_decisions(published)] == [
        ("link", "EP3900001A1|US20210000001A1", "join", "ann", "drawings", None),
        ("link", "EP3900001A1", "split", "bo", "another lamp", None),
    ]


def test_reset_takes_back_what_names_the_publication(published: Settings) -> None:
    """With one name every decision that names it, with several that join alone; a second time there is nothing."""
    join(published, ["US20210000001A1", "EP3900001A1"], by="ann", why="drawings")
    split(published, "EP3900001A1", by="ann", why="another lamp")
    assert [one.subject for one in reset(published, ["EP3900001A1", "US20210000001A1"], by="bo", why=None)] == [
        "EP3900001A1|US20210000001A1"
    ]
    assert [one.subject for one in reset(published, ["EP3900001A1"], by="bo", why=None)] == ["EP3900001A1"]
    with pytest.raises(BadInput, match="Standing: none"):
        reset(published, ["EP3900001A1"], by="bo", why=None)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["EP3900001A1"], "at least two"),
        (["EP3900001A1", "ep3900001A1"], "at least two"),
        (FAMILY[:2], "one application already"),
        (["EP3900001A1", "EP3900001B1"], "No publication EP3900001B1.*Near it: EP3900001A1"),
    ],
)
def test_joins_that_mean_nothing_are_refused(published: Settings, names: list[str], says: str) -> None:
    """One publication, the same twice, one application, an unknown publication: refused with what to do."""
    with pytest.raises(BadInput, match=says):
        join(published, names, by="ann", why="because")
    assert read_decisions(published) == []


def test_splits_that_mean_nothing_are_refused(published: Settings) -> None:
    """What stands alone cannot be split, and publications of one application are never cut apart."""
    with pytest.raises(BadInput, match="nothing to split"):
        split(published, "US20210000001A1", by="ann", why="because")
    with warehouse.existing(published, published.published_file) as con:
        con.execute("delete from core.dim_publication where publication_id = 'EP3900001A1'")
    with pytest.raises(BadInput, match="of the same application"):
        split(published, "CN111000001B", by="ann", why="because")


def test_without_a_publication_nothing_can_be_decided(settings: Settings) -> None:
    """Before the first night there is nothing to check against, and the message says so."""
    with pytest.raises(NothingPublished, match="filingwatch nightly"):
        split(settings, "CN111000001A", by="ann", why="because")


def test_commands_say_what_they_did(
    published: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each command names the decision and when it takes effect."""
    monkeypatch.setenv("FILINGWATCH_HOME", str(published.home))
    monkeypatch.setattr("filingwatch.runner.announce", lambda settings: None)
    for arguments, says in (
        (
            ["join", "CN111000001A", "US20210000001A1", "--why", "w"],
            "CN111000001A and US20210000001A1 are one invention",
        ),
        (["split", "EP3900001A1", "--why", "w", "--by", "bo"], "EP3900001A1 is an invention by itself. The next run"),
        (["show", "CN111000001A"], "Waits for the next run: join CN111000001A US20210000001A1"),
        (["reset", "EP3900001A1"], "split EP3900001A1 is taken back"),
    ):
        with pytest.raises(SystemExit) as ended:
            cli.main(["links", *arguments])
        assert ended.value.code in (0, None)
        assert says in " ".join(capsys.readouterr().out.split())
