"""`filingwatch companies list` and `show`: who is meant, what the page says, and that no name in it does anything."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from company_home import HOSTILE, publish
from hypothesis import given
from hypothesis import strategies as st

from filingwatch.cli import main
from filingwatch.companies.finding import bare_words
from filingwatch.companies.wording import share_interval
from filingwatch.companies.writing import clean, escape, safe_url
from filingwatch.errors import BadInput
from filingwatch.resources import dbt_project_folder
from filingwatch.settings import Settings

Ask = Callable[..., str]


@pytest.fixture
def ask(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs `filingwatch companies ...` on the published file of this home and returns what it printed."""
    monkeypatch.setenv("FILINGWATCH_HOME", str(settings.home))
    monkeypatch.setenv("FILINGWATCH_TODAY", "2026-11-23")

    def run(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["companies", *arguments])
        said = capsys.readouterr()
        assert not ended.value.code, said.err
        return said.out

    return run


def page_of(ask: Ask, tmp_path: Path, *arguments: str) -> str:
    file = tmp_path / "page.md"
    ask("show", *arguments, "--markdown", str(file))
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["eye", "EYE AND EAR", "眼", "Iris", "eye co limited", "Ｅｙｅ and Éar", "ear"])
def test_a_company_is_found_by_any_of_its_names(settings: Settings, ask: Ask, name: str) -> None:
    """Id, English and Chinese name, brand, spelling as filed, in any case, width, accents; a part if only one."""
    publish(settings)
    assert json.loads(ask("show", name, "--json"))["company"]["group_id"] == "eye"


def test_a_name_of_several_companies_lists_them_and_an_unknown_one_says_so(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is guessed: exit code 2, with the choices by id."""
    publish(settings)
    monkeypatch.setenv("FILINGWATCH_HOME", str(settings.home))
    for name, words in (
        ("co limited", ["eye (", "lamp ("]),
        ("nobody", ["companies list"]),
        ("[(", ["companies list"]),
    ):
        with pytest.raises(SystemExit) as ended:
            main(["companies", "show", name])
        assert ended.value.code == BadInput.exit_code
        said = capsys.readouterr().err
        assert all(word in said for word in words), said


def test_the_list_has_companies_without_filings_too(settings: Settings, ask: Ask) -> None:
    """Ordered by relevant filings; a joint filing counts for both."""
    publish(settings)
    rows = json.loads(ask("list", "--json"))
    assert [(row["group_id"], row["relevant_count"], row["filing_count"]) for row in rows] == [
        ("eye", 30, 30), ("lamp", 1, 1), ("silent", 0, 0)
    ]  # fmt: skip


def test_the_page_says_each_number_with_its_n(settings: Settings, ask: Ask, tmp_path: Path) -> None:
    """Evidence of names, years, focus, turn, first move, topic, co-applicant, right, export, version: all are there."""
    publish(settings)
    page = page_of(ask, tmp_path, "eye")
    for words in (
        "30 relevant filings in watch towns, 1 without a filing date; place 1 of the 2",
        "| EYE Co., Limited (眼有限公司) | 30 | 2 | always, as far as known | M | from memory |",
        "| 2015 | 10 | 10 | 0 |  |",
        "too young to judge from 2017-08 on",
        "| Cameras (摄像机) | 20 of 30, 66.7% \\[48.8 .. 80.8\\] | 10 | x 2.60 \\[1.50 .. 4.60\\] | focus |",
        "| turned to | Cameras | 20 of 24 | 2 of 25 | x 8.30 \\[2.50 .. 27.00\\] | x 8.00 \\[2.00 .. 30.00\\] |",
        "| Cameras | all | 1 of 2 | CN0A | 2015-01-03 | 2017-01-01 | 31 | 4 filings, 2 entities | data begin about "
        "2014-12-01; 1 undated |",
        "| t-1 | Cameras that see | kept | 30 of 30, 100.0%",
        "| LAMP CO LIMITED | company | 1 |",
        "1 further name of persons",
        "| ICCPR 17 | stated in text | 1 of 30, 3.3%",
        "ICCPR 12, implied by class: class G08G 1/017 (CN4A)",
        "ICCPR 17, stated in text: “faces of \\| passers-by” (CN1A)",
        "ICCPR 17 (protective), stated in text: “faces are blurred” (CN0A)",
        "| 2014 | KE | Eye | cameras | [a newspaper](https://example.org/%281%29) |",
        "[CN1A](https://example.org/CN1A)",
        "brand: same (+0.45)",
        "Screening, recall: 80% \\[70% .. 90%\\], of 50 judged filings.",
        "Source docdb: ok, complete through 2026-11-20.",
        "A filing is not a deployment",
        "version v1, data as of 2026-11-22, read on 2026-11-23",
    ):
        assert words in page, words
    assert "| ICCPR 26 | analyst's judgement | 1 of 30, " in page and "None" not in page, "a judgement has no quote"
    assert "ICCPR 21" not in page, "a refused tag is none"
    assert "SYNTHETIC" not in page


def test_nothing_that_somebody_filed_becomes_markup(settings: Settings, ask: Ask, tmp_path: Path) -> None:
    """A hostile title stays one cell of text, in Markdown and in a terminal; a script is no link."""
    publish(settings)
    page = page_of(ask, tmp_path, "eye")
    [line] = [line for line in page.splitlines() if "click" in line]
    assert line.startswith("| CN0A |"), "an address that is not of the web is no link"
    assert len(re.findall(r"(?<!\\)\|", line)) == 6, "five cells"
    for mark in ("<script", "![p]", "](javascript", "](http", "`code`", "\x1b", "\u202e"):
        assert mark not in line.replace("\\", "\\\\") or f"\\{mark}" in line, mark
    assert not re.search(r"(?<!\\)[<`\[\]*]", line)
    shown = ask("show", "eye")
    assert "\x1b" not in shown and "\u202e" not in shown
    assert "[click](javascript:alert(1))" in " ".join(shown.split()) or "[click]" in shown


@given(st.text(max_size=60) | st.sampled_from([HOSTILE, "a\\|b", "\\", "www.e.org", "http://e.org", "&lt;"]))
def test_escaped_text_is_one_line_without_live_marks(text: str) -> None:
    """Every mark that Markdown or HTML would act on has a backslash of its own, and only marks have one."""
    escaped = escape(text)
    assert "\n" not in escaped and "\r" not in escaped
    bare = re.sub(r"\\.", "", escaped)
    assert not re.search(r"[\\`*_{}\[\]<>#|~!$&]", bare)
    assert not re.search(r"(?i)(https?|ftp):|www\.", bare)
    assert re.sub(r"\\(.)", r"\1", escaped) == clean(text)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a?b=1&c=2#x", "https://example.org/a?b=1&c=2%23x"),
        ("https://example.org/a) [x](javascript:1", "https://example.org/a%29%20%5Bx%5D%28javascript:1"),
        ("https://example.org/%E5%8D%8E", "https://example.org/%E5%8D%8E"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("https://", None),
        ("//example.org", None),
        ("http://[", None),
        (None, None),
    ],
)
def test_only_addresses_of_the_web_are_links(url: str | None, safe: str | None) -> None:
    """Whatever could end a link is quoted; other schemes are left out."""
    assert safe_url(url) == safe


def test_a_company_without_filings_says_so(settings: Settings, ask: Ask, tmp_path: Path) -> None:
    """Silence of the data is no sign that nothing is filed; of a demonstration, that none could be."""
    publish(settings)
    page = page_of(ask, tmp_path, "silent")
    assert "No filing of this company is in the data (30 inventions" in page
    assert "Where it was first" not in page and "How to cite this page" in page
    publish(settings, synthetic=True)
    assert "none of these is ever given to a real firm" in page_of(ask, tmp_path, "silent")


def test_an_invented_company_is_stamped(settings: Settings, ask: Ask, tmp_path: Path) -> None:
    """The stamp stands at the head, in the terminal as well, and in what to cite; figures of real exports do not."""
    publish(settings, synthetic=True)
    page = page_of(ask, tmp_path, "eye")
    assert page.splitlines()[2].startswith("SYNTHETIC")
    assert "SYNTHETIC data, not for citing as fact" in page
    assert "398 cases" not in page
    assert "SYNTHETIC" in ask("show", "eye") and "SYNTHETIC" in ask("list")


def test_a_company_without_relevant_filings_is_told_of_by_all_it_has(
    settings: Settings, ask: Ask, tmp_path: Path
) -> None:
    """Nothing is compared then, since companies are compared by relevant filings; the page says of what it speaks."""
    publish(settings, relevant=False)
    page = page_of(ask, tmp_path, "eye")
    assert "30 filings of it in the data, none of them judged relevant to watch towns. This page is of all" in page
    assert "| 2015 | 10 | 10 | 0 |  |" in page
    assert "What it turned to" not in page and "x 2.60" not in page
    assert "show eye --watch towns --all" in page


def test_an_older_published_file_gives_a_page(settings: Settings, ask: Ask, tmp_path: Path) -> None:
    """Tables that it lacks are said to be missing, and the rest stands."""
    publish(settings, is_old=True)
    page = page_of(ask, tmp_path, "eye")
    assert "older than the table of turns" in page and "older than the table of first moves" in page
    assert "No filing of it carries a rights tag" in page and "Cameras (20): ICCPR 17" in page


def test_the_same_file_gives_the_same_page(settings: Settings, ask: Ask, tmp_path: Path) -> None:
    """Two readings of one version differ in nothing."""
    publish(settings)
    assert page_of(ask, tmp_path, "eye") == page_of(ask, tmp_path, "eye")


@pytest.mark.parametrize("asked", [("show", "eye"), ("list",)])
def test_an_unknown_watch_lists_those_that_are_there(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: tuple[str, ...]
) -> None:
    """Bad input, with what can be asked instead."""
    publish(settings)
    monkeypatch.setenv("FILINGWATCH_HOME", str(settings.home))
    with pytest.raises(SystemExit) as ended:
        main(["companies", *asked, "--watch", "nowhere"])
    assert ended.value.code == BadInput.exit_code
    assert "there are: towns" in capsys.readouterr().err


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_of_a_share_holds_it(n: int, more: int) -> None:
    """Within 0 and 100 %, around the share."""
    said = share_interval(n, n + more)
    if not n + more:
        assert said == "0 of 0"
        return
    share, low, high = (float(number) for number in re.findall(r"\d+\.\d", said))
    assert 0 <= low <= share <= high <= 100


def test_normal_forms_of_names_are_those_of_the_warehouse() -> None:
    """Case, accents, width, punctuation and spaces go; letters of every script and digits stay."""
    macro = (dbt_project_folder() / "macros" / "words.sql").read_text(encoding="utf-8")
    expression = re.search(r"macro bare_words.*?%}(.*?){%- endmacro", macro, re.DOTALL)
    assert expression
    names = ["Ｚ-Éa r!", "阿里巴巴（中国）", "한 국 1", "Ⅳ x²", "…", "ÅNGSTRÖM & Søn", "Łódź", "ガス株式会社", "ﬁrm ３"]
    sql = "select " + expression[1].replace("{{ expression }}", "?")
    with duckdb.connect() as con:
        assert [bare_words(name) for name in names] == [con.execute(sql, [name]).fetchall()[0][0] for name in names]
