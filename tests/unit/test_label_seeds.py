"""How a screen begins: lists of publications and other watches as weak labels. All filings are invented."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import duckdb
import pytest

from filingwatch import labelling
from filingwatch.decisions import read_decisions
from filingwatch.errors import BadInput
from filingwatch.label_inbox import read_inbox
from filingwatch.label_items import find_homes
from filingwatch.label_seeds import read_numbers, seed_from_list, seed_from_watch
from filingwatch.settings import Settings
from filingwatch.warehouse import reader
from tests.unit.label_home import WATCH, publish


@pytest.fixture
def home(settings: Settings) -> Settings:
    publish(settings)
    return settings


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "known.txt"
    path.write_text(text, encoding="utf-8")
    return path


def seeds(home: Settings, watch: str = WATCH) -> dict[str, bool]:
    with reader(home) as con:
        return read_inbox(home, watch, partial(find_homes, con)).labels.seeds


def test_a_list_teaches_as_weak_labels_and_unknown_numbers_wait(home: Settings, tmp_path: Path) -> None:
    """Numbers are understood as offices write them; one that is not published counts as soon as it lands."""
    done = seed_from_list(home, write(tmp_path, "# known\nCN-1-U\nUS 4 A1\ncn 77 a\nCN88\nCN5\n"), WATCH, "ann")
    assert (done.new, done.waiting, done.without_kind) == (4, ("CN77A",), ("CN88",))
    assert seeds(home) == {"CN1A": True, "US4A1": True, "CN5A": True}
    assert read_decisions(home)[0].context == {"seed": "list", "file": "known.txt"}
    with duckdb.connect(home.published_file) as con:
        con.execute("insert into core.dim_publication values ('CN77A', 'CN77A', null, null)")
    assert seeds(home)["CN77A"] is True


def test_the_same_list_again_adds_nothing(home: Settings, tmp_path: Path) -> None:
    """Only what is new in it."""
    seed_from_list(home, write(tmp_path, "CN1A\nCN2A\n"), WATCH, "ann")
    again = seed_from_list(home, write(tmp_path, "CN1A\nCN2A\nCN3A\nCN3A\n"), WATCH, "ann")
    assert (again.new, again.known, len(read_decisions(home))) == (1, 2, 3)


def test_a_person_stands_above_a_seed(home: Settings, tmp_path: Path) -> None:
    """Who has spoken of a document, of any publication of it, has put the seed aside."""
    seed_from_list(home, write(tmp_path, "CN1A\n"), WATCH, "ann")
    labelling.put_label(home, WATCH, "bo", "CN1U", "irrelevant")
    assert seeds(home) == {}


@pytest.mark.parametrize(
    "text",
    [
        "id,title\nCN1A,x\nUS4A1,y\n",
        "title;publication number\nx;CN1A\ny;US4A1\n",
        "CN1A\nUS4A1\n",
        "\ufeffCN1A\r\nUS4A1",
    ],
)
def test_numbers_are_found_in_lines_and_in_columns(tmp_path: Path, text: str) -> None:
    """One a line, or the column of a CSV that is named like one."""
    assert list(read_numbers(write(tmp_path, text))) == ["CN1A", "US4A1"]


@pytest.mark.parametrize(("text", "says"), [("CN1A\nhello\n", "line 2"), ("", "no publication number")])
def test_a_list_that_holds_something_else_is_refused_whole(
    home: Settings, tmp_path: Path, text: str, says: str
) -> None:
    """With the lines that are none; nothing is written."""
    with pytest.raises(BadInput, match=says):
        seed_from_list(home, write(tmp_path, text), WATCH, "ann")
    assert read_decisions(home) == []


def test_another_watch_gives_its_labels_and_what_it_is_sure_of(home: Settings) -> None:
    """Marked as what they were; a person's label there counts more than the model's answer."""
    labelling.put_label(home, WATCH, "bo", "CN1A", "irrelevant")
    with duckdb.connect(home.published_file) as con:
        con.execute("update ml.relevance set probability = 0.99 where invention_id in ('CN1A', 'CN2A')")
        con.execute("update ml.relevance set probability = 0.01, is_relevant = false where invention_id = 'CN6A'")
    done = seed_from_watch(home, WATCH, "wildlife_trade", "ann")
    assert done.new == 3
    assert seeds(home, "wildlife_trade") == {"CN1A": False, "CN2A": True, "CN6A": False}
    contexts = {one.subject: one.context for one in read_decisions(home) if one.kind == "relevance_seed"}
    assert contexts["CN1A"] == {"seed": "watch", "from_watch": WATCH, "was": "label"}
    assert contexts["CN2A"] == {"seed": "watch", "from_watch": WATCH, "was": "answer", "probability": 0.99}
    assert seed_from_watch(home, WATCH, "wildlife_trade", "ann").new == 0
    with pytest.raises(BadInput, match="another watch"):
        seed_from_watch(home, WATCH, WATCH, "ann")
