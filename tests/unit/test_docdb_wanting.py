"""The quick filter of DOCDB means what the watch's rule means; the background counts new inventions once."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filingwatch.relevance.rule import Rule, find_hits
from filingwatch.sources.base import PassedOver, Query
from filingwatch.sources.docdb.passing import Background, is_first_kind
from filingwatch.sources.docdb.quick import look
from filingwatch.sources.docdb.reading import read_filing
from filingwatch.sources.docdb.wanting import Wanting
from tests.unit.invented_docdb import DAY, element, record

TERMS = (
    "street lantern",
    "re-lit lamp",
    "lamp/post",
    "路灯网",
    "路-灯",
    "5G lamp",
    "LED",
    "überlicht",
    "ai路灯",
    "lamps",
)
_PIECES = st.sampled_from(
    "street lantern lanterns re-lit re lit lamp lamps post/lamp lamp/post 5g 5G led ledger überlicht ÜBERLICHT ai "
    "路灯网 路-灯 路 灯 ai路灯 ｓｔｒｅｅｔ x, ( ) - _ / . & ﬁre".split()
)
_TEXTS = st.lists(st.tuples(_PIECES, st.sampled_from(["", " ", "-", "  ", "/", ", "])), max_size=8).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)


def is_wanted(text: str, *, terms: tuple[str, ...] = (), classes: tuple[str, ...] = ()) -> bool:
    one = element(text)
    return Wanting(Query(DAY, terms, classes)).wants(one, look(one))


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


@given(title=_TEXTS, abstract=_TEXTS)
def test_terms_mean_what_the_rule_means(title: str, abstract: str) -> None:
    """For texts made of pieces of terms, in all scripts and spellings, the filter and the rule never disagree."""
    after = f"<exch:abstract lang='en'><exch:p>{escape(abstract)}</exch:p></exch:abstract>"
    one = element(record(title=escape(title), after=after))
    texts = [text.text for text in read_filing(one, lambda code, what: None).texts]
    expected = any(find_hits(Rule(TERMS), text, ()).include for text in texts)
    assert Wanting(Query(DAY, TERMS)).wants(one, look(one)) is expected


_SYMBOLS = (
    "G08B  13/196 ",
    "G08B  13/19602",
    "G08B  13/00",
    "G08B  14/196",
    "G08C  13/196",
    "G10L  17/06",
    "G10L 175/00",
)


@pytest.mark.parametrize("symbol", _SYMBOLS)
@pytest.mark.parametrize("wanted", ["G08B 13/196", "G10L 17", "G08B", "G08", "G", "G08B13/196"])
@pytest.mark.parametrize("form", ["cpc", "parts", "lines", "ipc"])
def test_classes_mean_what_the_rule_means(symbol: str, wanted: str, form: str) -> None:
    """For every form in which a symbol may be written, and every width of a wanted class."""
    plain = symbol.replace(" ", "")
    main, sub = plain[4:].split("/")
    gap = "\n   " if form == "lines" else ""
    biblio = {
        "cpc": f"<exch:patent-classifications><patent-classification><classification-symbol>{symbol}"
        "</classification-symbol></patent-classification></exch:patent-classifications>",
        "ipc": "<exch:classifications-ipcr><classification-ipcr><text>"
        f"{symbol}    20060101AFI20260310RMEP        </text></classification-ipcr></exch:classifications-ipcr>",
    }.get(
        form,
        f"<exch:patent-classifications><patent-classification>{gap}<section>{plain[0]}</section>{gap}"
        f"<class>{plain[1:3]}</class>{gap}<subclass>{plain[3]}</subclass>{gap}<main-group>{main}</main-group>{gap}"
        f"<subgroup>{sub}</subgroup>{gap}</patent-classification></exch:patent-classifications>",
    )
    one = element(record(title="Kettle", biblio=biblio))
    symbols = [found.symbol for found in read_filing(one, lambda code, what: None).classifications]
    expected = bool(find_hits(Rule((), (), (wanted,)), "", symbols).classes)
    assert is_wanted(record(title="Kettle", biblio=biblio), classes=(wanted,)) is expected


def test_the_filter_can_say_both() -> None:
    """The agreement above is not one of answers that are always no."""
    assert is_wanted(record(title="A Street-Lanterns show"), terms=TERMS)
    assert is_wanted(record(title="一种路灯网及其用途"), terms=TERMS)
    assert is_wanted(record(title="Ｓｔｒｅｅｔ lantern"), terms=TERMS)
    assert not is_wanted(record(title="Backstreet lanternfish"), terms=TERMS)
    assert not is_wanted(record(title="路灯 网"), terms=("路灯网",))


def test_texts_are_found_in_another_form_of_record() -> None:
    """A record whose parts carry no namespace, or another depth, is looked through all the same."""
    bare = record(title="Street lantern").replace("<exch:", "<").replace("</exch:", "</")
    assert is_wanted(bare.replace("<exchange-document ", "<exch:exchange-document ").replace(
        "</exchange-document>", "</exch:exchange-document>"), terms=TERMS)  # fmt: skip


def test_offices_that_are_asked_for() -> None:
    """No office named means all of them."""
    assert Wanting(Query(DAY, TERMS)).takes("CN")
    assert Wanting(Query(DAY, TERMS, offices=("CN", "US"))).takes("CN")
    assert not Wanting(Query(DAY, TERMS, offices=("US",))).takes("CN")


def take(text: str, background: Background | None = None) -> PassedOver | None:
    one = element(text)
    return (background or Background()).take(one, look(one))


def test_a_new_invention_is_counted_by_office_kind_and_month() -> None:
    """What is passed over is named by family, with the type of right and the month of filing."""
    assert take(record()) == PassedOver("71000001", "US", "invention", dt.date(2025, 5, 1))
    model = record(country="CN", number="220000001", kind="U", family="72")
    assert take(model) == PassedOver("72", "CN", "utility_model", dt.date(2025, 5, 1))


def test_an_invention_is_counted_once_a_run() -> None:
    """A second member of a family, and a family of which a record was landed, count no more."""
    background = Background()
    assert take(record(family="1"), background) is not None
    assert take(record(family="1", number="2026000002"), background) is None
    background.remember("2")
    assert take(record(family="2"), background) is None


@pytest.mark.parametrize(
    "text",
    [
        record(family=None),
        record(family="0"),
        record(filed=None),
        record(filed="00000000"),
        record(filed="20261399"),
        record(country="XX"),
        record(country="EP", number="4000001", kind="B1"),
        record(
            after="<exch:patent-family><exch:family-member><exch:publication-reference><document-id>"
            "<country>CN</country><date>20250101</date></document-id></exch:publication-reference></exch:family-member>"
            "</exch:patent-family>"
        ),
    ],
)
def test_what_is_no_new_invention(text: str) -> None:
    """No family, no filing date, no office that is known, a later publication, or a family published before."""
    assert take(text) is None


def test_dates_of_applications_in_a_family_do_not_make_it_old() -> None:
    """Only publications of members do: every application is earlier than its publication."""
    after = (
        '<exch:patent-family><exch:family-member><exch:application-reference data-format="docdb"><document-id>'
        "<date>20250101</date></document-id></exch:application-reference></exch:family-member></exch:patent-family>"
    )
    assert take(record(after=after)) is not None


@pytest.mark.parametrize(
    ("office", "first", "later"),
    [
        ("EP", ("A1", "A2"), ("A3", "A4", "A8", "B1", "B2", "B8")),
        ("WO", ("A1", "A2"), ("A3", "A9")),
        ("US", ("A1", "B1"), ("B2", "E1", "A9")),
        ("CN", ("A", "U", "Y"), ("B", "C", "A8", "U9")),
        ("DE", ("A1", "U1", "B3"), ("B4", "T2", "C5")),
        ("JP", ("A", "U", "B1"), ("B2",)),
    ],
)
def test_kinds_of_first_publications(office: str, first: tuple[str, ...], later: tuple[str, ...]) -> None:
    """Grants of published applications, later search reports, corrections and translations are no first ones."""
    assert all(is_first_kind(office, kind) for kind in first)
    assert not any(is_first_kind(office, kind) for kind in later)
