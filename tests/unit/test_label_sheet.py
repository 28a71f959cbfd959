"""Labels by spreadsheet: out, filled in, back; nothing runs, is half imported or lost. All filings are invented."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filingwatch import labelling
from filingwatch.decisions import read_decisions
from filingwatch.errors import BadInput
from filingwatch.label_cells import arm, disarm
from filingwatch.label_sheet import COLUMNS, SPELLINGS, export_sheet, import_sheet
from filingwatch.settings import Settings
from tests.unit.label_home import TEXTS, WATCH, publish


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    publish(settings)
    monkeypatch.setattr(labelling, "is_double", lambda invention: False)
    return settings


@pytest.fixture
def sheet(home: Settings, tmp_path: Path) -> Path:
    """A sheet of everything that is open to ann."""
    path = tmp_path / "sheet.csv"
    assert export_sheet(home, path, WATCH, "ann", limit=50) == len(TEXTS)
    return path


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def fill(path: Path, said: dict[str, tuple[str, str]], encoding: str = "utf-8-sig", delimiter: str = ",") -> None:
    """What a spreadsheet would write: the same rows with these labels and notes."""
    filled = rows(path)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, filled[0].keys(), delimiter=delimiter)
    writer.writeheader()
    for row in filled:
        label, note = said.get(row["invention_id"], ("", ""))
        writer.writerow({**row, "label": label, "note": note})
    path.write_bytes(text.getvalue().encode(encoding))


def said(home: Settings) -> list[tuple[str, str, str, str | None]]:
    return [(one.decided_by, one.subject, one.value, one.reason) for one in read_decisions(home)]


def test_a_sheet_shows_chinese_and_runs_nothing(sheet: Path) -> None:
    """It begins with the mark of UTF-8; no cell begins with what a spreadsheet takes for a formula."""
    assert sheet.read_bytes().startswith(b"\xef\xbb\xbf")
    found = rows(sheet)
    assert tuple(found[0]) == COLUMNS
    assert found[0]["title"] == "人群计数方法" and found[0]["current_label"] == ""
    cells = [cell for row in found for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    risky = next(row for row in found if row["invention_id"] == "CN3A")
    assert (arm(risky["title"]), arm(risky["abstract"])) == TEXTS["CN3A"][:2]


@given(st.text(alphabet=st.sampled_from("'=+-@\t\n＝a相 "), max_size=6))
def test_every_text_comes_back_from_a_cell_as_it_was(text: str) -> None:
    """Also one that begins with apostrophes itself; and no cell begins like a formula."""
    assert arm(disarm(text)) == text
    assert not disarm(text).startswith(("=", "+", "-", "@", "\t", "\n", "＝"))


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8-sig", ","), ("utf-16", "\t"), ("gb18030", ";")])
def test_what_was_filled_in_comes_back_whatever_the_spreadsheet_writes(
    home: Settings, sheet: Path, encoding: str, delimiter: str
) -> None:
    """Labels, skips and notes, also a note that was kept from running; empty rows say nothing."""
    fill(
        sheet, {"CN1A": ("相关", ""), "CN2A": (" No ", "'=1+1"), "CN3A": ("skip", "看不出")}, encoding, delimiter
    )  # fmt: skip
    done = import_sheet(home, sheet, "ann")
    assert (done.new, done.same, done.changed, done.empty, done.conflicts) == (3, 0, 0, 3, ())
    assert said(home) == [
        ("ann", "CN1A", "relevant", None),
        ("ann", "CN2A", "irrelevant", "=1+1"),
        ("ann", "CN3A", "skip", "看不出"),
    ]
    assert (read_decisions(home)[0].context or {}) == {"chosen_as": "likely", "probability": 0.9, "sheet": True}


def test_the_order_of_rows_tells_nothing(home: Settings, sheet: Path) -> None:
    """A sheet that was sorted by its labels lands likeliest first: when to stop is read off that order."""
    fill(sheet, {name: ("i", "") for name in sorted(TEXTS, reverse=True)})
    lines = rows(sheet)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, lines[0].keys())
    writer.writeheader()
    writer.writerows(reversed(lines))
    sheet.write_bytes(text.getvalue().encode())
    import_sheet(home, sheet, "ann")
    landed = [(one.context or {})["probability"] for one in read_decisions(home)]
    assert len(landed) == len(TEXTS) and landed == sorted(landed, reverse=True) and landed[0] > landed[-1]


def test_importing_twice_adds_nothing(home: Settings, sheet: Path) -> None:
    """Nor does a dry run; a changed cell adds one row."""
    fill(sheet, {"CN1A": ("r", "a crowd"), "CN2A": ("i", "")})
    assert import_sheet(home, sheet, "ann", is_dry=True).new == 2
    assert said(home) == []
    import_sheet(home, sheet, "ann")
    again = import_sheet(home, sheet, "ann")
    assert (again.new, again.same, again.changed, again.decisions) == (0, 2, 0, ())
    fill(sheet, {"CN1A": ("i", "a crowd"), "CN2A": ("i", "")})
    assert import_sheet(home, sheet, "ann").changed == 1
    assert len(said(home)) == 3


@pytest.mark.parametrize("value", SPELLINGS)
def test_every_spelling_is_understood(home: Settings, sheet: Path, value: str) -> None:
    """In any case and width, with spaces around it."""
    for spelling in SPELLINGS[value]:
        fill(sheet, {"CN1A": (f" {spelling.upper()} ", "")})
        done = import_sheet(home, sheet, "ann")
        assert done.new + done.same == 1
    assert {one[2] for one in said(home)} == {value}


def test_a_row_that_makes_no_sense_names_its_cell_and_nothing_is_imported(home: Settings, sheet: Path) -> None:
    """A label that is none, a filing that is none, two words for one invention: all told at once."""
    table = [[*row.values()] for row in rows(sheet)]
    table.insert(0, list(COLUMNS))
    at, name = COLUMNS.index("label"), COLUMNS.index("invention_id")
    table[1][at], table[2][at], table[3][at], table[4][at] = "relevant", "perhaps", "irrelevant", "r"
    table[3][name], table[4][name] = "CN1U", "CN999A"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    with pytest.raises(BadInput) as refused:
        import_sheet(home, sheet, "ann")
    message = str(refused.value)
    assert "line 5, cell K3 (label): 'perhaps' is no label" in message
    assert "line 6, cell K4 (label): irrelevant for CN1U, but line 4 says relevant" in message
    assert "line 7, cell B5 (invention_id): no filing 'CN999A'" in message
    assert "Nothing of" in message and said(home) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"a,b\n1,2\n", "no column invention_id and no label"),
        (b"invention_id,label\nCN1A,r,x\n", "more cells"),
        (b"watch,invention_id,label\nbirds,CN1A,r\n", "no watch 'birds'"),
    ],
)
def test_what_is_no_sheet_is_refused(home: Settings, tmp_path: Path, content: bytes, says: str) -> None:
    """With what is wrong and where."""
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=says):
        import_sheet(home, path, "ann")


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_first_line_that_names_the_separator_is_no_header(home: Settings, sheet: Path, separator: str) -> None:
    """As some spreadsheets write it; rows are still named as the spreadsheet counts them."""
    fill(sheet, {"CN1A": ("relevant", "a;b,c")}, delimiter=separator)
    sheet.write_bytes(f"sep={separator}\r\n".encode("utf-8-sig") + sheet.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    assert import_sheet(home, sheet, "ann").new == 1
    assert read_decisions(home)[-1].reason == "a;b,c"
    sheet.write_bytes(sheet.read_bytes().replace(b"relevant", b"nonsense"))
    with pytest.raises(BadInput, match="K3"):
        import_sheet(home, sheet, "ann")


def test_a_western_code_page_is_not_read_as_chinese(home: Settings, tmp_path: Path) -> None:
    """Letters with accents would become Chinese ones in the notes; the same words in GB18030 are read."""
    path = tmp_path / "western.csv"
    text = "invention_id,label,note\nCN1A,relevant,Une étude très détaillée\n"
    path.write_bytes(text.encode("cp1252"))
    with pytest.raises(BadInput, match="Western code page"):
        import_sheet(home, path, "ann", watch=WATCH)
    path.write_bytes(text.replace("Une étude très détaillée", "一种人群计数方法").encode("gb18030"))
    assert import_sheet(home, path, "ann", watch=WATCH).new == 1
    assert read_decisions(home)[-1].reason == "一种人群计数方法"


def test_a_sheet_that_was_cut_off_is_refused(home: Settings, sheet: Path) -> None:
    """Inside a quoted cell, where the rest would silently be missing; a workbook is called by its name."""
    fill(sheet, {"CN1A": ("relevant", "one\ntwo")})
    sheet.write_bytes(sheet.read_bytes().split(b"two")[0])
    with pytest.raises(BadInput, match="cut off"):
        import_sheet(home, sheet, "ann")
    sheet.write_bytes(b"PK\x03\x04")
    with pytest.raises(BadInput, match="workbook"):
        import_sheet(home, sheet, "ann")
    assert read_decisions(home) == []


def test_what_others_said_meanwhile_is_told_and_kept(home: Settings, sheet: Path) -> None:
    """The other's word stays, yours comes beside it, the document is disputed; agreement is no conflict."""
    labelling.put_label(home, WATCH, "bo", "CN1U", "irrelevant")
    labelling.put_label(home, WATCH, "bo", "CN2A", "irrelevant")
    labelling.put_label(home, WATCH, "ann", "CN3A", "irrelevant")
    fill(sheet, {"CN1A": ("r", ""), "CN2A": ("i", ""), "CN3A": ("r", "")})
    done = import_sheet(home, sheet, "ann")
    assert (done.new, done.changed) == (2, 1)
    assert len(done.conflicts) == 2
    assert "of CN1A bo said irrelevant" in done.conflicts[0] and "disputed" in done.conflicts[0]
    assert "of CN3A you said irrelevant" in done.conflicts[1]
    assert [item.invention_id for item in labelling.list_disputes(home, WATCH)] == ["CN1A"]


def test_a_sheet_knows_what_came_after_it(home: Settings, tmp_path: Path) -> None:
    """Once decisions have numbers, a conflict says whether the other spoke before or after the export."""
    labelling.put_label(home, WATCH, "bo", "CN6A", "relevant")
    path = tmp_path / "sheet.csv"
    export_sheet(home, path, WATCH, "ann", limit=50)
    labelling.put_label(home, WATCH, "bo", "CN1A", "irrelevant")
    fill(path, {"CN1A": ("r", "")})
    [line] = import_sheet(home, path, "ann").conflicts
    assert "bo said irrelevant after this sheet was written" in line


def test_labelled_ones_are_in_the_sheet_when_asked_for(home: Settings, tmp_path: Path) -> None:
    """One's own label is told, that of others is not; what others decided is not asked about."""
    labelling.put_label(home, WATCH, "ann", "CN1A", "relevant")
    labelling.put_label(home, WATCH, "bo", "CN2A", "relevant")
    path = tmp_path / "sheet.csv"
    export_sheet(home, path, WATCH, "ann", limit=50, with_labelled=True)
    found = {row["invention_id"]: row["current_label"] for row in rows(path)}
    assert found == {"CN1A": "relevant", "CN3A": "", "US4A1": "", "CN5A": "", "CN6A": ""}
