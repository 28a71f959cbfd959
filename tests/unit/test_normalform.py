"""Spellings of offices and databases and the normal forms that they must become."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filingwatch.filing import ApplicationId, PublicationId
from filingwatch.normalform import (
    NormalFormError,
    application_year,
    chinese_check_digit,
    chinese_kind,
    choose_language,
    detect_language,
    kind_meaning,
    parse_application,
    parse_date,
    parse_doc_key,
    parse_language,
    parse_office,
    parse_priority,
    parse_publication,
    parse_symbol,
    patent_type,
)

PUBLICATIONS = {
    "CN-117876249-A": "CN117876249A",
    "CN117876249A": "CN117876249A",
    "CN 117876249 A": "CN117876249A",
    "ＣＮ１１７８７６２４９Ａ": "CN117876249A",
    "US 2021/0191781 A1": "US2021191781A1",
    "US20230325666A1": "US2023325666A1",
    "US-2023377099-A1": "US2023377099A1",
    "US 2014-0167116 A1": "US2014167116A1",
    "US 7,654,321 B2": "US7654321B2",
    "US06970935B1": "US6970935B1",
    "US H000485 H": "USH485H",
    "US D532742 S1": "USD532742S1",
    "US-RE50335-E": "USRE50335E1",
    "USRE50335E1": "USRE50335E1",
    "US RE30335 E": "USRE30335E",
    "EP4345850NWA1": "EP4345850A1",
    "EP 0095016 A1": "EP0095016A1",
    "EP 95016 A1": "EP0095016A1",
    "EP 2862606 B8 20160907": "EP2862606B8",
    "WO 2022/266089 A1": "WO2022266089A1",
    "WO2022266089A1": "WO2022266089A1",
    "WO1999014889A1": "WO9914889A1",
    "WO-9914889-A1": "WO9914889A1",
    "WO 2003/081456 A1": "WO03081456A1",
    "WO 02/057887 A2": "WO02057887A2",
    "WO2002005207A2": "WO0205207A2",
    "WO 2004/1234 A1": "WO2004001234A1",
    "KR-20250062269-A": "KR20250062269A",
    "KR 10-2025-0062269": "KR20250062269A",
    "KR 10-2025-0062269 A": "KR20250062269A",
    "KR 20-2015-0003893 U": "KR20150003893U",
    "KR 1019284170000 B1": "KR101928417B1",
    "AT 399980 B": "AT399980B",
    "AU 2002/010074 A": "AU1007402A",
    "AU 2002/301625 B2": "AU2002301625B2",
    "JP 2012-1234 A": "JP2012001234A",
    "JP H0723487 A": "JPH0723487A",
    "SG11201809209PA": "SG11201809209PA",
    "IN 4304/DEN/2015 A": "IN4304DEN2015A",
    "TW-I823028-B": "TWI823028B",
    "BR-PI0709027-A2": "BRPI0709027A2",
    "HUE030624T2": "HUE030624T2",
    "GB 190113488 A": "GB190113488A",
    "DD-223557-A1": "DD223557A1",
    "SU 1821111 A1": "SU1821111A1",
}

# Application numbers with the check digit that the office wrote.
CHECKED = (
    "202310455644.9 202010566088.9 201510958772.0 200510096239.4 202322865413.3 201811564288.X 202510942578.7".split()
)


@pytest.mark.parametrize(("written", "normal"), PUBLICATIONS.items())
def test_publication_numbers_become_docdb_form(written: str, normal: str) -> None:
    """Every spelling of a publication ends as office, DOCDB number and kind."""
    assert str(parse_publication(written)) == normal


@pytest.mark.parametrize("normal", sorted(set(PUBLICATIONS.values())))
def test_a_known_publication_id_is_its_own_normal_form(normal: str) -> None:
    """Normalising twice is normalising once, joined, spaced or hyphenated."""
    found = parse_publication(normal)
    for spelling in (str(found), f"{found.office} {found.number} {found.kind}", "-".join(vars_of(found))):
        assert parse_publication(spelling) == found


def vars_of(publication: PublicationId) -> tuple[str, str, str]:
    return publication.office, publication.number, publication.kind


@st.composite
def publication_ids(draw: st.DrawFn) -> PublicationId:
    """Publications in the forms that offices have used, drawn through the parser's own normal form."""
    year, serial = draw(st.integers(1978, 2035)), draw(st.integers(1, 999_999))
    office, number, kind = draw(
        st.sampled_from(
            [
                ("CN", f"1{draw(st.integers(0, 99_999_999)):08d}", draw(st.sampled_from(["A", "B", "C", "B8"]))),
                ("CN", f"2{draw(st.integers(0, 999_999)):06d}", draw(st.sampled_from(["U", "Y"]))),
                ("US", f"{max(year, 2001)}{serial:07d}", "A1"),
                ("US", str(draw(st.integers(1, 99_999_999))), draw(st.sampled_from(["A", "B1", "B2"]))),
                ("US", f"RE{draw(st.integers(1, 99_999))}", "E"),
                ("US", f"D{serial:07d}", "S1"),
                ("EP", str(draw(st.integers(1, 9_999_999))), draw(st.sampled_from(["A1", "A2", "B1", "B9"]))),
                ("WO", f"{year}{serial:06d}", draw(st.sampled_from(["A1", "A9"]))),
                ("KR", f"10{year}{serial:07d}", "A"),
                ("KR", f"10{draw(st.integers(1, 9_999_999)):07d}0000", "B1"),
                ("JP", f"{year}{serial:06d}", "A"),
                ("AU", f"{year}{serial:06d}", draw(st.sampled_from(["A", "A1", "B2"]))),
                ("DE", f"{draw(st.integers(1, 10**12 - 1)):012d}", "A1"),
                ("SG", f"112018{serial:05d}P", "A"),
            ]
        )
    )
    return parse_publication(f"{office} {number} {kind}")


@settings(max_examples=100)
@given(publication_ids())
def test_normalising_a_publication_twice_is_normalising_once(found: PublicationId) -> None:
    """parse(format(x)) = x for every x that the parser can give."""
    assert parse_publication(str(found)) == found
    assert parse_publication("-".join(vars_of(found))) == found
    assert parse_publication(found.number, office=found.office, kind=found.kind) == found


@settings(max_examples=60)
@given(st.text(max_size=30))
def test_any_text_is_a_publication_or_a_refusal(text: str) -> None:
    """No text raises anything but a refusal with a code and a reason, and what is accepted is a fixed point."""
    try:
        found = parse_publication(text)
    except NormalFormError as error:
        assert error.code
        assert error.reason
    else:
        assert parse_publication(str(found)) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing_number"),
        ("XX 123 A", "unknown_office"),
        ("CN117876249", "missing_kind"),
        ("CN--A", "missing_kind"),
    ],
)
def test_refusals_say_why(text: str, code: str) -> None:
    """A spelling without office, number or kind is refused with its own code."""
    with pytest.raises(NormalFormError) as refusal:
        parse_publication(text)
    assert refusal.value.code == code


def test_a_number_without_kind_is_accepted_where_the_source_has_none() -> None:
    """PATENTSCOPE gives no kinds: the number is kept and its kind is empty."""
    assert parse_publication("WO/2022/266089", needs_kind=False) == PublicationId("WO", "2022266089", "")
    assert parse_publication("20210191781", office="US", needs_kind=False) == PublicationId("US", "2021191781", "")


def test_document_keys_of_lens_hold_publication_and_date() -> None:
    """`CN_218289675_U_20230113` is a publication and its day."""
    expected = (PublicationId("CN", "218289675", "U"), dt.date(2023, 1, 13))
    assert parse_doc_key("CN_218289675_U_20230113") == expected
    assert parse_doc_key("US_20210115630_A1_20210422")[0] == PublicationId("US", "2021115630", "A1")
    with pytest.raises(NormalFormError):
        parse_doc_key("CN-218289675-U")


def test_offices_of_the_past_and_organisations_are_offices() -> None:
    """ST.3 is wider than ISO 3166."""
    assert [parse_office(code) for code in ("ep", "WO", "DD", "SU", "CS", "YU", "GC", "OA")] == [
        "EP", "WO", "DD", "SU", "CS", "YU", "GC", "OA",
    ]  # fmt: skip
    with pytest.raises(NormalFormError, match=r"ST\.3"):
        parse_office("ZZ")


APPLICATIONS = {
    "ZL202010566088.9": "CN202010566088",
    "CN201811564288X": "CN201811564288",
    "202310455644.9": "CN202310455644",
    "CN 201110089928 A": "CN201110089928",
    "CN 94111714 A": "CN94111714",
    "CN 87215446 U": "CN87215446",
    "US 201916724310 A": "US201916724310",
    "US-87124404-A": "US87124404",
    "AT 33585 A": "AT33585",
    "KR 20150003042 U": "KR20150003042U",
    "KR 20150003042 A": "KR20150003042",
    "JP 2007059822 A": "JP2007059822",
    "JP 2007059822 W": "WOJP2007059822",
    "PCT/JP2007/059822": "WOJP2007059822",
    "PCT/US99/12817": "WOUS1999012817",
    "US 9912817 W": "WOUS1999012817",
    "US 2006/0028329 W": "WOUS2006028329",
    "GB 190113488D A": "GB190113488D",
    "AT 11153172 T": "AT11153172T",
    "TW 100211132 U": "TW100211132",
}


@pytest.mark.parametrize(("written", "normal"), APPLICATIONS.items())
def test_application_numbers_have_one_form(written: str, normal: str) -> None:
    """Check digits and letters that the number itself tells are gone, and the form is its own normal form."""
    found = parse_application(written)
    assert (str(found.id), found.warning) == (normal, None)
    assert parse_application(normal).id == found.id


@pytest.mark.parametrize("written", CHECKED)
def test_the_chinese_check_digit_is_the_one_the_office_wrote(written: str) -> None:
    """The weighted sum modulo 11 gives the printed digit for numbers that are known."""
    number, check = written.split(".")
    assert chinese_check_digit(number) == check
    assert parse_application(f"ZL{written}") == (ApplicationId("CN", number), None)


@settings(max_examples=60)
@given(year=st.integers(2003, 2035), kind=st.sampled_from("12389"), serial=st.integers(0, 9_999_999))
def test_a_mistyped_check_digit_is_a_warning_and_no_refusal(year: int, kind: str, serial: int) -> None:
    """Every digit but the right one is doubted, and the number is kept all the same."""
    number = f"{year}{kind}{serial:07d}"
    right = chinese_check_digit(number)
    for check in "0123456789X":
        found = parse_application(f"{number}.{check}")
        assert found.id == ApplicationId("CN", number)
        assert (found.warning is None) == (check == right)


def test_years_are_read_from_numbers_only_where_the_form_is_sure() -> None:
    """China writes two or four digits of the year, Taiwan counts from 1911; other offices are not guessed at."""
    years = {"202010566088": 2020, "94111714": 1994, "03123456": 2003}
    assert {number: application_year(ApplicationId("CN", number)) for number in years} == years
    assert application_year(ApplicationId("TW", "100211132")) == 2011
    assert application_year(ApplicationId("TW", "88123456")) == 1999
    assert application_year(ApplicationId("JP", "2007059822")) is None


def test_priorities_of_lens_hold_office_number_and_day() -> None:
    """What can be parsed is parsed, what cannot stays as written."""
    priority = parse_priority("FR 1051751 A 20100311")
    assert (priority.office, priority.number, priority.date) == ("FR", "1051751", dt.date(2010, 3, 11))
    assert parse_priority("see the file wrapper").number == "see the file wrapper"


DATES = {
    "2023-01-13": dt.date(2023, 1, 13),
    "2023-01-13T00:00:00Z": dt.date(2023, 1, 13),
    "20230113": dt.date(2023, 1, 13),
    "1/13/2023": dt.date(2023, 1, 13),
    "13.01.2023": dt.date(2023, 1, 13),
    "2023.01.13": dt.date(2023, 1, 13),
    "2023/1/13": dt.date(2023, 1, 13),
    "2023年1月13日": dt.date(2023, 1, 13),
    " 1889-02-19 ": dt.date(1889, 2, 19),
}


@pytest.mark.parametrize(("written", "day"), DATES.items())
def test_dates_in_all_their_forms(written: str, day: dt.date) -> None:
    """The forms that exports use are one day."""
    assert parse_date(written) == day


@pytest.mark.parametrize("written", ["", "0", 0, "00000000", "0000-00-00", "20070900", "2007", "2007-09", None, "nan"])
def test_unknown_and_partial_dates_are_none(written: str | int | None) -> None:
    """A day that the source does not know is None, not an invented first of January."""
    assert parse_date(written) is None


@pytest.mark.parametrize("written", ["2023-02-30", "13/13/2023", "20231345", "99.99.2023", "soon", "3023-01-01"])
def test_impossible_dates_are_refused(written: str) -> None:
    """A day that does not exist is an error and never another day."""
    with pytest.raises(NormalFormError) as refusal:
        parse_date(written)
    assert refusal.value.code == "bad_date"


@settings(max_examples=60)
@given(st.dates(dt.date(1800, 1, 1), dt.date(2099, 12, 31)))
def test_every_day_survives_every_way_of_writing_it(day: dt.date) -> None:
    """parse(format(day)) = day for all forms, numbers and date objects included."""
    forms = ["%Y-%m-%d", "%Y%m%d", "%m/%d/%Y", "%d.%m.%Y", "%Y.%m.%d", "%Y/%m/%d", "%Y年%m月%d日"]
    assert {parse_date(day.strftime(form)) for form in forms} == {day}
    assert parse_date(int(day.strftime("%Y%m%d"))) == parse_date(dt.datetime.combine(day, dt.time(8))) == day


SYMBOLS = {
    "G06V20/52": ("G06V 20/52", None),
    "G06N   3/08": ("G06N 3/08", None),
    "F03D  17/    00": ("F03D 17/00", None),
    "B01J  25/00        20060101AFI20200101BHEP": ("B01J 25/00", "2006.01"),
    "G06V20/52(2022.01)I": ("G06V 20/52", "2022.01"),
    "H04N 7/18 (2006.01)": ("H04N 7/18", "2006.01"),
    "H04L9/32 (EP,US)": ("H04L 9/32", None),
    "A63F2009/241": ("A63F 2009/241", None),
    "G06V": ("G06V", None),
}


@pytest.mark.parametrize(("written", "expected"), SYMBOLS.items())
def test_class_symbols_have_one_form(written: str, expected: tuple[str, str | None]) -> None:
    """Padding, scheme versions and indicators go; the symbol is its own normal form."""
    assert parse_symbol(written) == expected
    assert parse_symbol(expected[0]) == (expected[0], None)


def test_what_is_no_class_is_refused() -> None:
    """Words in a class column are not classes."""
    with pytest.raises(NormalFormError, match="class symbol"):
        parse_symbol("cameras")


@pytest.mark.parametrize(
    ("office", "kind", "expected"),
    [
        ("CN", "A", "invention"), ("CN", "B", "invention"), ("CN", "C", "invention"), ("CN", "U", "utility_model"),
        ("CN", "Y", "utility_model"), ("CN", "S", "design"), ("CN", "D", "design"), ("US", "B2", "invention"),
        ("US", "S1", "design"), ("US", "P2", "other"), ("DE", "U1", "utility_model"), ("AU", "A4", "utility_model"),
        ("GB", "D0", "invention"), ("WO", "", "invention"), ("US", "", "other"), ("KR", "Y1", "utility_model"),
    ],
)  # fmt: skip
def test_kinds_tell_the_type_of_right(office: str, kind: str, expected: str) -> None:
    """The same letter means different things at different offices."""
    assert patent_type(office, kind) == expected


def test_chinese_kinds_mean_what_they_meant_on_their_day() -> None:
    """B and U changed their meaning in 1993 and 2010."""
    assert kind_meaning("CN", "B", dt.date(1991, 7, 17)) == "examined invention application"
    assert kind_meaning("CN", "B", dt.date(2012, 4, 11)) == "granted invention"
    assert kind_meaning("CN", "U", dt.date(1989, 8, 2)) == "utility model application"
    assert kind_meaning("CN", "U") == "granted utility model"
    assert kind_meaning("CN", "A8") == "correction of: published invention application"


@pytest.mark.parametrize(
    ("words", "day", "is_grant", "expected"),
    [
        ("实用新型", dt.date(2020, 1, 1), False, "U"), ("实用新型", dt.date(2005, 1, 1), False, "Y"),
        ("外观设计", dt.date(2005, 1, 1), False, "D"), ("外观设计", None, False, "S"),
        ("发明授权", dt.date(2005, 1, 1), False, "C"), ("发明公布", dt.date(2020, 1, 1), False, "A"),
        ("发明专利", dt.date(2020, 1, 1), True, "B"), ("发明专利", dt.date(2020, 1, 1), False, None),
    ],
)  # fmt: skip
def test_types_in_words_become_kinds_of_their_era(
    words: str, day: dt.date | None, is_grant: bool, expected: str | None
) -> None:
    """A word that could be two kinds gives none."""
    assert chinese_kind(words, day, is_grant=is_grant) == expected


def test_language_codes_are_two_letters_or_nothing() -> None:
    """Codes with regions and of three letters are understood; `unknown` is no language."""
    written = ("zh-cn", "EN", "eng", "jpn", "unknown", "", None)
    assert [parse_language(code) for code in written] == ["zh", "en", "en", "ja", None, None, None]


def test_scripts_settle_languages_only_where_it_is_certain() -> None:
    """Hangul and kana decide alone, Han characters need the office, Latin letters need English words."""
    assert detect_language("교통 감시 장치 및 방법") == "ko"
    assert detect_language("カメラによる交通監視装置") == "ja"
    assert detect_language("一种交通监控方法及装置", "CN") == "zh"
    assert detect_language("画像処理装置", "JP") == "ja"
    assert detect_language("画像処理装置", "WO") is None
    assert detect_language("Method for the monitoring of a crossing") == "en"
    assert detect_language("Verfahren zur Überwachung einer Kreuzung", "DE") is None
    assert detect_language("Traffic camera", "US") == "en"


def test_a_guess_that_the_script_contradicts_is_not_believed() -> None:
    """Chinese marked as Korean is Chinese; an English sentence marked as Chinese is English."""
    assert choose_language("ko", "一种交通监控方法及装置", "CN") == "zh"
    assert choose_language("ja", "一种交通监控方法及装置", "CN") == "zh"
    assert choose_language("zh-cn", "A method of counting cars and the device for it") == "en"
    assert choose_language("de", "Verfahren zur Überwachung einer Kreuzung", "DE") == "de"
