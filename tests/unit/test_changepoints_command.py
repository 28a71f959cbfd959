"""`filingwatch changepoints detect` and `replay`: any series in, one strict JSON document or one clear refusal out."""

from __future__ import annotations

import datetime as dt
import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from filingwatch import cli
from filingwatch.changepoints.months import month_after
from filingwatch.series_answers import describe_detection, detect_file, to_plain
from filingwatch.series_file import read_series

Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Writes a file, gives it to a command; returns exit code, output and errors."""

    def run(text: str | bytes, *options: str, command: str = "detect") -> tuple[int, str, str]:
        path = tmp_path / "given.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(SystemExit) as ended:
            cli.main(["changepoints", command, str(path), *options])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def read_json(text: str) -> Any:
    """Strictly: NaN and Infinity are no JSON."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def doubling(step: str, count: int = 96, rate: float = 30.0) -> tuple[str, list[str]]:
    """A CSV of Poisson counts that double in the middle, and the names of its periods; made with seed 1."""
    first = dt.date(2010, 1, 1)
    names = {
        "month": [f"{month_after(first, at):%Y-%m}" for at in range(count)],
        "quarter": [f"{1990 + at // 4}-Q{at % 4 + 1}" for at in range(count)],
        "year": [f"{1850 + at}" for at in range(count)],
        "week": [f"{dt.date(2018, 1, 1) + dt.timedelta(weeks=at)}" for at in range(count)],
        "day": [f"{first + dt.timedelta(days=at)}" for at in range(count)],
    }[step]
    counts = np.random.default_rng(1).poisson(np.where(np.arange(count) < count // 2, rate, 2 * rate))
    return "when,n\n" + "".join(f"{name},{n}\n" for name, n in zip(names, counts, strict=True)), names


@pytest.mark.parametrize("step", ["month", "quarter", "year", "week", "day"])
def test_a_doubling_is_found_at_any_step_of_time(ask: Ask, step: str) -> None:
    """Index and name of the first period of the new rate; month effects only where periods are months."""
    text, names = doubling(step)
    code, out, _ = ask(text, "--json")
    answer = read_json(out)
    [found] = answer["changepoints"]
    assert code == 0
    assert abs(found["index"] - 48) <= 1
    assert found["period"] == names[found["index"]]
    assert found["interval"][0] <= found["index"] <= found["interval"][1]
    assert found["rate_ratio_interval"][0] < 2 < found["rate_ratio_interval"][1]
    assert {"kind", "probability", "rate_ratio"} <= found.keys()
    assert answer["method"]["step"] == step
    assert answer["method"]["parameters"]["has_month_effects"] == (step == "month")
    assert answer["method"]["columns"] == {"date": "when", "value": "n", "exposure": None}


def test_values_that_are_no_counts_are_taken_as_real_ones(ask: Ask) -> None:
    """A share that rises from 0.4 to 0.5, with negative numbers beside it; no family is asked for, nor refused."""
    shares = np.random.default_rng(3).normal(np.where(np.arange(96) < 48, 0.4, 0.5), 0.03)
    for shift in (0.0, -0.45):
        text = "n\n" + "".join(f"{share + shift:.4f}\n" for share in shares)
        answers = [read_json(ask(text, "--json", *chosen)[1]) for chosen in ((), ("--family", "gaussian"))]
        assert [answer.pop("method")["parameters"]["family"] for answer in answers] == ["auto", "gaussian"]
        assert answers[0] == answers[1]
        [found] = answers[0]["changepoints"]
        assert abs(found["index"] - 48) <= 1 and found["direction"] == "up"


def test_without_dates_a_period_is_its_row(ask: Ask) -> None:
    """A bare column of numbers, with or without a name, and one beside a column that only numbers the rows."""
    values = [line.split(",")[1] for line in doubling("month")[0].splitlines()[1:]]
    for text in ("\n".join(values), "n\n" + "\n".join(values)):
        [found] = read_json(ask(text, "--json")[1])["changepoints"]
        assert (found["period"], found["period_interval"]) == (None, None)
    [numbered] = read_json(ask("t,n\n" + "".join(f"{t},{n}\n" for t, n in enumerate(values)), "--json")[1])[
        "changepoints"
    ]
    assert numbered["index"] == found["index"] == int(numbered["period"])


def test_order_of_rows_and_rows_without_value_do_not_matter(ask: Ask) -> None:
    """Sorted by date; an empty cell, NaN and a month without a row say the same."""
    lines = doubling("month")[0].splitlines()
    straight = read_json(ask("\n".join(lines), "--json")[1])
    turned = read_json(ask("\n".join([lines[0], *lines[:0:-1]]), "--json")[1])
    assert turned.pop("method")["notes"] != straight.pop("method")["notes"]
    assert turned == straight
    blank = [line.split(",")[0] + "," if at in (20, 21) else line for at, line in enumerate(lines)]
    named = [line + "NaN" if line.endswith(",") else line for line in blank]
    absent = [line for line in lines if lines.index(line) not in (20, 21)]
    answers = [read_json(ask("\n".join(rows), "--json")[1]) for rows in (blank, named, absent)]
    assert "2 of 96 periods have no row: missing, not 0" in answers[2]["method"]["notes"]
    for answer in answers:
        del answer["method"]
    assert answers[0] == answers[1] == answers[2] != straight


def test_an_exposure_explains_a_fall(ask: Ask) -> None:
    """Counts that fall because less is reported by now: a change without exposure, none with it, on any scale."""
    share = np.where(np.arange(60) < 40, 1.0, 0.3)
    counts = np.random.default_rng(1).poisson(50 * share)
    for scale in (1, 1e-3, 1e6):
        rows = [f"{month_after(dt.date(2015, 1, 1), at):%Y-%m},{counts[at]},{share[at] * scale:g}" for at in range(60)]
        text = "\n".join(["month,n,share", *rows])
        assert read_json(ask(text, "--json")[1])["verdict"] == "changed"
        assert read_json(ask(text, "--exposure", "share", "--json")[1])["verdict"] == "no change"


def test_where_there_is_no_exposure_nothing_is_expected(ask: Ask) -> None:
    """A month without a row has neither value nor exposure: null is expected of it, and a number of its neighbours."""
    lines = [f"{name},{30 + at % 3},1" for at, name in enumerate(doubling("month")[1]) if at != 50]
    expected = read_json(ask("\n".join(["month,n,e", *lines]), "--exposure", "e", "--json")[1])["expected"]
    assert expected[50] is None
    assert expected[49] == pytest.approx(31, abs=2) and expected[51] == pytest.approx(31, abs=2)


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        ("month,n\n2020-01,5\n", {"too young to judge"}),
        ("month,n\n2020-01,5\n2020-02,9\n", {"too young to judge"}),
        ("n\n1\n2\n3\n4\n5\n", {"too young to judge", "no change"}),
        ("n\n" + "0\n" * 60, {"no change"}),
        ("month,n\n2020-01,\n2020-02,NaN\n", {"no data"}),
        ("n\n" + "9\n" * 30 + "999999\n" + "9\n" * 30, {"no change"}),
        ("month;n\n2020-01;3,5\n2020-02;4\n", {"too young to judge", "no change"}),
    ],
    ids=["one", "two", "five", "zeros", "nothing", "outlier", "decimal comma"],
)
def test_small_and_strange_series_have_an_answer(ask: Ask, text: str, verdicts: set[str]) -> None:
    """In JSON and in words, without a changepoint."""
    code, out, _ = ask(text, "--json")
    answer = read_json(out)
    assert (code, answer["changepoints"]) == (0, [])
    assert answer["verdict"] in verdicts
    code, out, _ = ask(text)
    assert code == 0 and f"Verdict: {answer['verdict']}." in out


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("", (), "is empty"),
        ("month,n\n", (), "no row below its header"),
        ("month,n\n2020-01,many\n2020-02,3\n2020-03,3\n", (), "line 2: 'many' in column 'n' is no number"),
        ('month,n\n2020-01,5\n2020-02,"1,234"\n', (), "line 3: '1,234' in column 'n' is no number"),
        ("month,n\n2020-01,1\n\n2020-13,3\n2020-03,3\n", (), "line 4: '2020-13' in column 'month' is no date"),
        ("month,n\n2020-02,1\n2020-01,2\n2020-02,3\n", (), "'2020-02' stands on lines 2 and 4"),
        ("month,n\n2020-01,1,2\n", (), "line 2 has 3 cells"),
        ("n,n\n1,2\n", (), "a column twice"),
        ("a,b\nx,y\n", (), "no column of numbers"),
        ("month,n\n2020-01,1\n", ("--value", "m"), "no column 'm'; it has 'month', 'n'"),
        ("month,n,k\n2020-01,1,2\n", ("--date", "n"), "'1' in column 'n' is no date"),
        ("month,n\n2020-01,1\n", ("--family", "normal"), "auto, poisson, negbin, gaussian"),
        ("month,n,e\n2020-01,1,1\n2020-02,1,\n", ("--exposure", "e"), "line 3: there is a value and no exposure"),
        ("date,n\n1/2/2020,1\n2/2/2020,1\n", (), "may have the day or the month first"),
        ("date,n\n2001-01-01,1\n2003-05-17,2\n2003-05-18,3\n", (), "keep no step"),
        ("date,n\n1600-01-01,1\n1600-01-02,1\n" + "2020-01-01,2\n", (), "keep no step"),
        ("month,n\n1600-01,1\n1600-02,1\n2020-01,2\n", (), "at most 4,000 can be"),
        ("n\n" + "1\n" * 4001, (), "at most 4,000 periods"),
        ("n\n1e400\n2\n3\n", (), "finite"),
        (b"n\n\xff\xfe\n", (), "no text in UTF-8"),
        ("month,n\n2020-01,1\n", ("--plot", "missing/folder/x.png"), "cannot be drawn"),
        ("month,n\n2020-01,1\n", ("--plot", "x.docx"), "cannot be drawn"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    ask: Ask, text: str | bytes, options: tuple[str, ...], said: str
) -> None:
    """Exit code 2 and one sentence that names the line, the column or the choice; nothing on the output."""
    code, out, err = ask(text, *options)
    assert (code, out) == (2, "")
    assert said in err and err.startswith("filingwatch: ") and err.count("\n") == 1


def test_a_missing_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """So is a folder."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(SystemExit) as ended:
            cli.main(["changepoints", "detect", str(path)])
        assert ended.value.code == 2
        assert "cannot be read" in capsys.readouterr().err


@settings(max_examples=30, deadline=None)
@example(values=[0, 0, 10**6, None, None, 10**6, 10**6, None, None, None, 10**6], family="poisson", has_dates=False)
@given(
    values=st.lists(st.none() | st.integers(0, 60) | st.just(10**6), max_size=40, min_size=1),
    family=st.sampled_from(["auto", "poisson", "negbin"]),
    has_dates=st.booleans(),
)
def test_any_series_of_counts_gives_one_consistent_document(
    values: list[int | None], family: str, has_dates: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Strict JSON that reads back as it was; segments tile the series and begin where the changepoints are."""
    path = tmp_path_factory.mktemp("any") / "series.csv"
    names = [f"{month_after(dt.date(2001, 3, 1), at):%Y-%m}" for at in range(len(values))]
    cells = ["" if value is None else str(value) for value in values]
    if has_dates:
        path.write_text("month,n\n" + "".join(f"{name},{cell}\n" for name, cell in zip(names, cells, strict=True)))
    else:
        path.write_text("k,n\n" + "".join(f"x,{cell}\n" for cell in cells))
    series = read_series(path)
    answer = describe_detection(series, detect_file(series, family))
    assert read_json(json.dumps(answer, allow_nan=False)) == answer
    assert len(answer["expected"]) == len(values) == answer["method"]["period_count"]
    starts = [segment["start"] for segment in answer["segments"]]
    stops = [segment["stop"] for segment in answer["segments"]]
    assert [found["index"] for found in answer["changepoints"]] == starts[1:]
    assert (answer["verdict"] == "changed") == bool(starts[1:])
    if starts:
        assert (starts[0], stops[-1], stops[:-1]) == (0, len(values), starts[1:])
    for one in answer["changepoints"]:
        low, high = one["interval"]
        assert 0 < low <= one["index"] <= high < len(values)
        assert one["period"] == (names[one["index"]] if has_dates else None)


def test_what_is_not_finite_becomes_null() -> None:
    """At any depth, whether of Python or of numpy."""
    given = {"a": (float("nan"), np.float64("inf"), np.arange(2)), "b": {1: None, "c": dt.date(2020, 1, 2), "d": True}}
    assert to_plain(given) == {"a": [None, None, [0, 1]], "b": {"1": None, "c": "2020-01-02", "d": True}}


def test_a_picture_is_drawn_without_a_screen(ask: Ask, tmp_path: Path) -> None:
    """PNG and SVG by the ending; the SVG holds the finding, its month and the method as text or paths."""
    text, _ = doubling("month")
    png, svg = tmp_path / "x.png", tmp_path / "x.svg"
    assert ask(text, "--plot", str(png))[0] == ask(text, "--plot", str(svg), "--json")[0] == 0
    assert png.read_bytes().startswith(b"\x89PNG")
    drawn = svg.read_text()
    assert "1 lasting change of the rate" in drawn and "2014-01" in drawn and "95 % intervals of the date" in drawn


def triangle(report: str) -> str:
    """Forty filings a month that double in 2012, each known six months later; made with seed 1."""
    random = np.random.default_rng(1)
    rows = [f"reference_month,{report},count\n"]
    for at in range(96):
        month, known = (month_after(dt.date(2008, 1, 1), place) for place in (at, at + 6))
        count = random.poisson(40 if at < 48 else 80)
        rows.append(f"{month:%Y-%m},{known:%Y-%m}{'-15' if report == 'report_date' else ''},{count}\n")
    return "".join(rows)


@pytest.mark.parametrize("report", ["report_month", "report_date"])
def test_a_replay_says_for_every_look_what_was_announced(ask: Ask, report: str) -> None:
    """The doubling is announced at one look, not before it could be known, and found by all looks after it."""
    code, out, _ = ask(triangle(report), "--json", command="replay")
    answer = read_json(out)
    assert code == 0 and len(answer["looks"]) == 96
    announced = [look for look in answer["looks"] if look["announced"]]
    assert "2012-07-31" <= announced[0]["as_of"] <= "2013-06-30"
    assert announced[0]["announced"][0]["period"] in ("2011-12", "2012-01", "2012-02")
    assert all(look["verdict"] == "changed" for look in answer["looks"] if look["as_of"] > announced[0]["as_of"])
    assert {"as_of", "observed_until", "verdict", "announced", "changepoints"} <= announced[0].keys()
    threshold = answer["method"]["announcing_threshold"]
    assert all(one["evidence"] >= threshold for look in announced for one in look["announced"])
    assert answer["method"]["name"] and threshold > answer["method"]["parameters"]["threshold"]
    code, out, _ = ask(triangle(report), command="replay")
    assert code == 0 and "96 looks" in out and announced[0]["as_of"] in out


def test_a_month_of_reports_is_known_at_its_end(ask: Ask) -> None:
    """By month or by the last day of each month: the same looks, each of which has seen its whole month."""
    by_month = triangle("report_month").splitlines()
    by_day = ["reference_month,report_date,count"]
    for line in by_month[1:]:
        reference, month, count = line.split(",")
        day = month_after(dt.date.fromisoformat(f"{month}-01"), 1) - dt.timedelta(days=1)
        by_day.append(f"{reference},{day},{count}")
    looks = read_json(ask("\n".join(by_month), "--json", command="replay")[1])
    assert looks == read_json(ask("\n".join(by_day), "--json", command="replay")[1])
    assert all(look["observed_until"] == look["as_of"] for look in looks["looks"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("month,n\n2020-01,3\n", "needs the columns reference_month, count and report_month"),
        ("reference_month,report_month,count\n2020-03,2020-01,3\n", "line 2: reported in 2020-01, before its month"),
        ("reference_month,report_month,count\n2020-03,2020-05,-3\n", "line 2: a count is a number of 0 or more"),
        ("reference_month,report_month,count\n2020-03,2020-05,\n", "line 2: a count is a number of 0 or more"),
        ("reference_month,report_month,count\n2020-03,2020-05,1e999\n", "line 2: a count is a number of 0 or more"),
        ("reference_month,report_month,count\n2020,2020-05,1\n", "about months; this names a year"),
        ("reference_month,report_date,count\n2020-03,2020-05,1\n", "report_date names a month"),
        ("reference_month,report_month,count\n2020-03,soon,1\n", "'soon' in column 'report_month' is no date"),
    ],
)
def test_what_is_no_triangle_is_refused(ask: Ask, text: str, said: str) -> None:
    """Exit code 2, with the line."""
    code, out, err = ask(text, command="replay")
    assert (code, out) == (2, "")
    assert said in err


def test_detecting_loads_neither_the_scheduler_nor_the_warehouse(tmp_path: Path) -> None:
    """A small file is answered without importing what only nights need."""
    path = tmp_path / "n.csv"
    path.write_text("n\n" + "3\n" * 30)
    code = (
        "import sys\nfrom filingwatch import cli\n"
        f"try:\n    cli.main(['changepoints', 'detect', {str(path)!r}])\nexcept SystemExit:\n    pass\n"
        "heavy = {'prefect', 'dbt', 'sklearn', 'great_expectations', 'duckdb', 'pandas', 'matplotlib', 'apprise'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_growth_of_yearly_counts_is_that_of_a_year(tmp_path: Path) -> None:
    """Twenty percent a year is told as such; a prior made for months would halve it."""
    rows = "\n".join(f"{1990 + year},{round(100 * 1.2**year)}" for year in range(25))
    path = tmp_path / "yearly.csv"
    path.write_text(f"year,filings\n{rows}\n", encoding="utf-8")
    series = read_series(path)
    answer = describe_detection(series, detect_file(series, "auto"))
    assert [part["growth"] for part in answer["segments"]] == [pytest.approx(math.log(1.2), abs=0.02)]
    assert answer["segments"][0]["level"] == pytest.approx(100, rel=0.1)
    assert answer["method"]["growth_unit"] == "per year"
