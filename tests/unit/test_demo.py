"""The demo office: a pure function of its seed and days, with a truth that is planted and nothing else.

Tests that need all of a world share `worlds`; the laws of paging use a small one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from source_battery import check_resume, check_source, read_all

from filingwatch.errors import BadInput, Terminal
from filingwatch.filing import Filing
from filingwatch.relevance.rule import Rule, find_hits
from filingwatch.resources import shipped_watches
from filingwatch.sources.base import Query
from filingwatch.sources.demo import DemoOffice, delays, truth
from filingwatch.sources.demo.acts import Act
from filingwatch.sources.demo.calendar import first_of_month, month_index
from filingwatch.sources.demo.compose import describe_act
from filingwatch.sources.demo.fields import read_fields, read_wildlife_fields
from filingwatch.sources.demo.numbers import serial
from filingwatch.sources.demo.world import WITHDRAWN_IN, World, list_acts, name_fields
from filingwatch.watch import Watch, read_watch

BORN = dt.date(2026, 11, 22)
BIRTHDAYS = (BORN, dt.date(2027, 3, 1), dt.date(2028, 2, 29), dt.date(2025, 7, 15))
SMALL = DemoOffice(seed=7, scale=0.04, page_size=25)


@cache
def acts_of(born: dt.date) -> list[Act]:
    """A whole world at scale 1, told until the day it was born."""
    return list_acts(World(2015, born, 1.0), None, born)


@cache
def small_pages() -> list:
    return read_all(SMALL, Query(as_of=BORN), None)


@cache
def filings() -> list[tuple[Act, Filing]]:
    return [(act, describe_act(act)) for act in acts_of(BORN)]


@cache
def watch() -> Watch:
    return read_watch(shipped_watches() / "smart_cities.yaml")


def told(pages: list) -> list[Filing]:
    return [record.filing for page in pages for record in page.records]


def first_acts(acts: list[Act]) -> list[Act]:
    """The first publication of every application filed in its own right (members of a family abroad left out)."""
    first: dict[str, Act] = {}
    for act in acts:
        if act.priority is None:
            first.setdefault(str(act.application), act)
    return list(first.values())


def is_chinese_invention(act: Act) -> bool:
    return act.publication.office == "CN" and act.publication.kind == "A"


def count_months(acts: list[Act], until: dt.date) -> Counter[dt.date]:
    return Counter(act.invention.filed.replace(day=1) for act in acts if act.told_on <= until)


# --- paging ---------------------------------------------------------------------------------------------------------


def test_demo_passes_the_battery_of_every_source() -> None:
    """Pages hold each index once, their cursor is plain JSON data, and the source names itself."""
    check_source(SMALL)
    pages = small_pages()
    assert len(pages) > 10
    assert all(1 <= len(page.records) <= SMALL.page_size for page in pages)
    assert SMALL.is_synthetic and {page.feed for page in pages} == {"demo"}


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_resuming_from_any_page_gives_exactly_the_rest(data: st.DataObject) -> None:
    """A night cut between any two pages, even within a day, loses and doubles nothing."""
    cut = data.draw(st.integers(0, len(small_pages()) - 1))
    check_resume(SMALL, Query(as_of=BORN), small_pages(), cut)


def test_a_day_larger_than_a_page_is_cut_and_resumed() -> None:
    """With one record a page most days are cut, and a cursor within a day still knows its place."""
    office = DemoOffice(seed=7, scale=0.3, page_size=1)
    begin = {"born": BORN.isoformat(), "published_through": (BORN - dt.timedelta(days=10)).isoformat()}
    pages = read_all(office, Query(as_of=BORN), begin)
    within = [place for place, page in enumerate(pages) if page.next_cursor["taken"] > 1]
    assert len(within) > 3
    for cut in within[:3]:
        check_resume(office, Query(as_of=BORN), pages, cut)


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 10])
def test_pages_walk(count: int) -> None:
    """0, 1, n-1, n, n+1 and 2n records make as many pages of n as they need, none of them empty."""
    size = 5
    acts = list_acts(World(7, BORN, 0.1), BORN - dt.timedelta(days=200), BORN)
    office = DemoOffice(seed=7, scale=0.1, page_size=size)
    through = acts[-count].told_on - dt.timedelta(days=1) if count else BORN
    whole = sum(act.told_on > through for act in acts)
    taken = whole - count if count else 0
    since = {"born": BORN.isoformat(), "published_through": through.isoformat(), "taken": taken}
    pages = read_all(office, Query(as_of=BORN), since)
    assert [len(page.records) for page in pages] == [size] * (count // size) + [count % size] * (count % size > 0)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=4))
def test_nights_together_tell_what_one_big_night_tells(gaps: list[int]) -> None:
    """However the nights lie, their union is one big night in the same order; a day told again gives no page."""
    first = list(SMALL.pages(Query(as_of=BORN), None))
    nights, cursor, day = told(first), first[-1].next_cursor, BORN
    for gap in gaps:
        day += dt.timedelta(days=gap)
        pages = list(SMALL.pages(Query(as_of=day), cursor))
        nights += told(pages)
        cursor = pages[-1].next_cursor if pages else cursor
        assert list(SMALL.pages(Query(as_of=day), cursor)) == []
    from_the_beginning = {"born": BORN.isoformat(), "published_through": "2000-01-01"}
    assert nights == told(list(SMALL.pages(Query(as_of=day), from_the_beginning)))


def test_same_world_in_another_process() -> None:
    """Nothing depends on the process: another one, with another hash seed, sends the same payloads."""
    code = (
        "import datetime as dt, hashlib\n"
        "from filingwatch.sources.base import Query\n"
        "from filingwatch.sources.demo import DemoOffice\n"
        "pages = DemoOffice(seed=7, scale=0.04, page_size=25).pages(Query(as_of=dt.date(2026, 11, 22)), None)\n"
        "print(hashlib.sha256(b''.join(page.payload for page in pages)).hexdigest())\n"
    )
    env = os.environ | {"PYTHONHASHSEED": "12345", "PYTHONPATH": os.pathsep.join(sys.path)}
    out = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout
    assert out.strip() == hashlib.sha256(b"".join(page.payload for page in small_pages())).hexdigest()


def test_another_seed_is_another_world() -> None:
    """The seed matters, or the test above would prove nothing."""
    other = told(list(DemoOffice(seed=8, scale=0.04).pages(Query(as_of=BORN), None)))
    assert other != told(small_pages())


def test_a_clock_that_went_back_tells_nothing() -> None:
    """A day before the last one told has no news."""
    cursor = small_pages()[-1].next_cursor
    assert list(SMALL.pages(Query(as_of=BORN - dt.timedelta(days=400)), cursor)) == []


@pytest.mark.parametrize("arguments", [{"scale": 0.0}, {"scale": 1000.0}, {"seed": -1}, {"page_size": 0}])
def test_arguments_out_of_range_are_refused(arguments: dict) -> None:
    """The message names the argument."""
    with pytest.raises(BadInput, match=next(iter(arguments)).replace("_", " ")):
        DemoOffice(**arguments)


@pytest.mark.parametrize(
    "cursor", [{}, {"born": "tomorrow", "published_through": "2026-01-01"}, {"born": "2026-01-01"}]
)
def test_a_foreign_cursor_is_refused(cursor: dict) -> None:
    """A cursor of something else is an error that says so, not an empty night."""
    with pytest.raises(Terminal, match="not written by the demo"):
        list(SMALL.pages(Query(as_of=BORN), cursor))


# --- the records ----------------------------------------------------------------------------------------------------


def test_size_and_offices_of_the_first_night() -> None:
    """Some twelve thousand records, three quarters of them Chinese, a bit less than half about smart cities."""
    acts = acts_of(BORN)
    assert 11_000 <= len(acts) <= 13_000
    offices = Counter(act.publication.office for act in acts)
    assert 0.68 < offices["CN"] / len(acts) < 0.8
    assert set(offices) == {"CN", "US", "EP", "WO", "KR", "JP"}
    inventions = {(act.invention.month, act.invention.draw): act.invention.field for act in acts}
    assert 0.4 < np.mean([field.is_of_interest for field in inventions.values()]) < 0.5


def test_second_stream_moves_nothing_of_the_first() -> None:
    """What the office told before it knew of wildlife it tells still, word for word and number for number."""
    wild = read_wildlife_fields()
    told_before = [act for act in list_acts(World(2015, BORN, 0.04), None, BORN) if act.invention.field not in wild]
    plain = "".join(repr((act.told_on, act.what, describe_act(act).plain())) for act in told_before)
    assert len(told_before) == 530
    assert hashlib.sha256(plain.encode()).hexdigest()[:12] == "7476fb849dcc"


def test_wildlife_is_a_small_stream_with_its_false_senses() -> None:
    """A few a month in both languages; the watch's terms tell most taxa from what only sounds like them."""
    second = read_watch(shipped_watches() / "wildlife_trade.yaml")
    rule = Rule(
        tuple(term.term for term in second.include),
        tuple(term.term for term in second.exclude),
        unless=tuple((term.term, term.unless) for term in second.include),
    )
    wild = read_wildlife_fields()
    hits: dict[bool, list[bool]] = defaultdict(list)
    fields = Counter()
    for act, filing in filings():
        if act.invention.field in wild and act.what == "published" and not act.is_grant:
            text = " ".join(text.text for text in filing.texts)
            found = find_hits(rule, text, ())
            hits[act.invention.field.taxon is not None].append(bool(found.include) and not found.exclude)
            fields[act.invention.field.name] += 1
    assert {technology.id for technology in second.technologies} == {field.taxon for field in wild if field.taxon}
    assert set(fields) == {field.name for field in wild}
    assert 200 < fields.total() < 700
    assert np.mean(hits[True]) > 0.95
    assert 0 < np.mean(hits[False]) < 0.3


def test_truth_of_relevance_is_available() -> None:
    """Every publication has a true field, which says whether it is of interest."""
    fields = name_fields(World(7, BORN, 0.04), BORN)
    assert set(fields) == {str(filing.publication) for filing in told(small_pages())}
    assert {field.is_of_interest for field in fields.values()} == {True, False}


def test_everything_is_marked_as_invented() -> None:
    """Each applicant says that it is invented, no record has an address, and numbers lie where no office has been."""
    for _, filing in filings():
        assert filing.url is None
        assert all("（虚构）" in p.name or "(fictional)" in p.name.lower() for p in filing.parties)
        assert bool(filing.parties) != filing.is_deleted
        if filing.publication.office == "CN":
            assert filing.publication.number[:2] in ("19", "29") and len(filing.publication.number) == 9


def test_publication_ids_stand_for_one_application() -> None:
    """No number is given twice, and a Chinese grant has the number of its application."""
    applications: dict[str, set[str]] = defaultdict(set)
    numbers: dict[str, set[str]] = defaultdict(set)
    for act in acts_of(BORN):
        applications[str(act.publication)].add(str(act.application))
        if act.publication.office == "CN":
            numbers[str(act.application)].add(act.publication.number)
    assert all(len(held) == 1 for held in applications.values())
    assert all(len(held) == 1 for held in numbers.values())
    kinds = Counter(act.publication.kind for act in acts_of(BORN) if act.publication.office == "CN")
    assert set(kinds) == {"A", "B", "U", "Y"}
    assert 0.25 < kinds["B"] / kinds["A"] < 0.45


def test_chinese_application_numbers_have_year_type_and_no_check_digit() -> None:
    """Twelve digits: the year of filing, 1 for inventions or 2 for utility models, seven of a serial."""
    for act in acts_of(BORN):
        if act.application.office == "CN":
            number = act.application.number
            assert len(number) == 12 and number.isdigit()
            assert int(number[:4]) == act.invention.filed.year
            assert number[4] == ("2" if act.publication.kind in "UY" else "1")


def test_a_month_with_more_filings_than_serials_gets_longer_ones() -> None:
    """Serials never run into those of the next month."""
    month = month_index(truth.FIRST_MONTH)
    assert serial(month, 1999, 6, 500) < serial(month + 1, 0, 6, 500)
    assert len({serial(month + 1, 0, 6, 500), serial(month, 2000, 6, 500), serial(month, 0, 6, 500)}) == 3


def test_languages() -> None:
    """Chinese records are Chinese, half of them with an English machine translation; all others are English."""
    translated = []
    for _, filing in filings():
        if filing.is_deleted:
            continue
        held = [(text.part, text.language, text.origin) for text in filing.texts]
        if filing.publication.office != "CN":
            assert held == [("title", "en", "original"), ("abstract", "en", "original")]
            continue
        assert held[:2] == [("title", "zh", "original"), ("abstract", "zh", "original")]
        translated.append(len(held) == 4)
        assert all(origin == "machine_translation" for _, _, origin in held[2:])
    assert 0.45 < np.mean(translated) < 0.55


def test_cpc_is_thin_in_china_and_full_elsewhere() -> None:
    """As in real files: IPC everywhere, CPC on a minority of Chinese records."""
    has_cpc: dict[bool, list[bool]] = defaultdict(list)
    for _, filing in filings():
        if not filing.is_deleted:
            schemes = {held.scheme for held in filing.classifications}
            assert "ipc" in schemes
            has_cpc[filing.publication.office == "CN"].append("cpc" in schemes)
    assert np.mean(has_cpc[True]) < 0.4
    assert np.mean(has_cpc[False]) > 0.95


def test_classes_follow_the_year_of_publication() -> None:
    """G06V is not given as IPC before 2022, and G06K 9/00 not after."""
    for act, filing in filings():
        ipc = {held.symbol for held in filing.classifications if held.scheme == "ipc"}
        if any(symbol.startswith("G06V") for symbol in ipc):
            assert act.published_on.year >= 2022
        if "G06K 9/00" in ipc:
            assert act.published_on.year <= 2021


def test_words_vary() -> None:
    """Among thousands of titles few are alike, so that topics have something to learn from."""
    titles = [filing.texts[0].text for act, filing in filings() if is_chinese_invention(act) and filing.texts]
    assert len(set(titles)) / len(titles) > 0.6
    assert max(Counter(titles).values()) < 25


def test_a_group_files_under_several_spellings() -> None:
    """Aliases of one invented company appear in Chinese and in English."""
    names = {party.name for _, filing in filings() for party in filing.parties}
    company = read_fields()[0].companies[0]
    assert set(company.zh) | set(company.en) <= names


# --- how the offices behave -----------------------------------------------------------------------------------------


def test_delays_by_kind() -> None:
    """Chinese inventions at 3-9 months (40 %) or 18, utility models at 7-14, others at 18 from priority."""
    lags: dict[str, list[float]] = defaultdict(list)
    for act in first_acts(acts_of(BORN)):
        if act.invention.filed < dt.date(2025, 1, 1):
            kind = "UM" if act.publication.kind in "UY" else act.publication.office
            lags[kind].append((act.told_on - act.invention.filed).days / 30.44)
    assert min(lags["CN"]) > 2.9 and max(lags["CN"]) < 18.9
    early = np.mean([lag < 10 for lag in lags["CN"]])
    assert 0.37 < early < 0.43 and not any(9.1 < lag < 17.5 for lag in lags["CN"])
    assert min(lags["UM"]) > 6.8 and max(lags["UM"]) < 14.3
    for office in ("US", "EP", "KR", "JP"):
        assert min(lags[office]) > 17.7 and max(lags[office]) < 18.9
    assert min(lags["WO"]) > 5.9 and max(lags["WO"]) < 7


def test_no_act_lies_further_than_the_stated_bound() -> None:
    """Older months are not drawn again at night, so nothing may be told of them any more."""
    lags = [(act.told_on - first_of_month(act.invention.month)).days for act in acts_of(BORN)]
    assert 2000 < max(lags) <= delays.LONGEST_DAYS


def test_dual_filings() -> None:
    """A tenth or so of Chinese inventions has a utility model of the same day, title and applicants, seen later."""
    groups: dict[tuple[int, int], list[tuple[Act, Filing]]] = defaultdict(list)
    for act, filing in filings():
        if act.publication.office == "CN" and act.publication.kind in "AUY" and act.what == "published":
            groups[act.invention.month, act.invention.draw].append((act, filing))
    pairs = [group for group in groups.values() if len(group) == 2]
    assert 0.09 < len(pairs) / sum(is_chinese_invention(group[0][0]) for group in groups.values()) < 0.15
    for (first, a), (second, u) in pairs:
        assert is_chinese_invention(first) and first.told_on < second.told_on
        assert a.application != u.application and a.filing_date == u.filing_date
        assert a.texts[0].text == u.texts[0].text and a.parties == u.parties


def test_families_abroad() -> None:
    """Members abroad share the family and the priority of the Chinese invention and never appear before it."""
    members: dict[str, list[Act]] = defaultdict(list)
    for act in acts_of(BORN):
        if act.invention.family_id:
            members[act.invention.family_id].append(act)
    abroad = [group for group in members.values() if any(act.priority for act in group)]
    assert len(abroad) > 100
    for group in abroad:
        assert is_chinese_invention(group[0]) and group[0].priority is None
        claimed = {(act.priority.number, act.priority.date) for act in group if act.priority}
        assert claimed == {(str(group[0].application), group[0].invention.filed)}


def test_later_events_of_the_feed() -> None:
    """A few titles are corrected and exactly two records withdrawn, each after it was published."""
    seen: dict[str, Filing] = {}
    what: Counter[str] = Counter()
    for act, filing in filings():
        what[act.what] += 1
        before = seen.get(str(filing.publication))
        assert (before is None) == (act.what == "published")
        if act.what == "corrected":
            assert filing.texts[0].text.startswith(before.texts[0].text) and filing.texts[0] != before.texts[0]
            assert filing.publication_date == before.publication_date
        if act.what == "withdrawn":
            assert filing.is_deleted and not filing.texts
        seen[str(filing.publication)] = filing
    assert 5 < what["corrected"] < 80 and what["withdrawn"] == len(WITHDRAWN_IN)


def test_a_few_records_have_no_filing_date() -> None:
    """They are few, and their application is known."""
    undated = [filing for _, filing in filings() if filing.filing_date is None and not filing.is_deleted]
    assert 10 < len(undated) < 150
    assert all(filing.application for filing in undated)


# --- the shipped watch fits -----------------------------------------------------------------------------------------


def test_every_field_of_interest_is_found_by_words_of_its_technology() -> None:
    """In both languages and in every year, so that a new class symbol never looks like a change of the world."""
    technologies = {technology.id: technology for technology in watch().technologies}
    for field in read_fields():
        if field.is_of_interest:
            terms = [term.lower() for term in technologies[field.name].terms]
            for thing in field.things:
                assert any(term in thing.zh for term in terms), thing.zh
                assert any(term in thing.en.lower() for term in terms), thing.en


def test_crowd_filings_belong_to_no_other_technology() -> None:
    """The surge shows in its own cell and in those that contain it, nowhere else."""
    others = [term.lower() for t in watch().technologies if t.id != truth.SURGE_FIELD for term in t.terms]
    for act, filing in filings():
        if act.invention.field.name == truth.SURGE_FIELD:
            text = " ".join(text.text for text in filing.texts).lower()
            assert not [term for term in others if term in text]


def test_terms_alone_are_good_but_not_perfect() -> None:
    """Relevance has work to do: some filings of interest hold no term, some of the others hold one."""
    terms = [term.term.lower() for term in watch().include]
    hits: dict[bool, list[bool]] = defaultdict(list)
    for act, filing in filings():
        text = " ".join(text.text for text in filing.texts).lower()
        hits[act.invention.field.is_of_interest].append(any(term in text for term in terms))
    assert 0.85 < np.mean(hits[True]) < 0.995
    assert 0.02 < np.mean(hits[False]) < 0.15


# --- planted truth --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("born", BIRTHDAYS)
def test_surge_shows_at_birth_and_not_before(born: dt.date) -> None:
    """Crowd analytics: nothing 45 days before, at birth three months and more of ten times the visible count."""
    acts = [
        a for a in first_acts(acts_of(born)) if is_chinese_invention(a) and a.invention.field.name == "crowd_analytics"
    ]
    shift = truth.planted(2015, born)[1]
    young = [first_of_month(month_index(shift.month) + step) for step in range(4)]
    before = count_months(acts, shift.visible_from - dt.timedelta(days=1))
    now = count_months(acts, born)
    assert sum(before[month] for month in young) <= 12
    assert [month for month in young if now[month] >= 20][:3] == young[:3]
    # the law of delays says how much of a month can be seen; the years before say how much is filed
    years = [m for m in now if dt.date(born.year - 5, born.month, 1) <= m < dt.date(born.year - 2, born.month, 1)]
    usual = sum(now[month] for month in years) / 36 * truth.YEARLY_GROWTH**3
    for month in young[:3]:
        assert now[month] > 10 * usual * delays.EARLY_SHARE * 0.6


@pytest.mark.parametrize("born", BIRTHDAYS)
def test_surge_is_published_at_once_and_goes_on(born: dt.date) -> None:
    """The extra filings are all told from `visible_from` on, and more follow in the next nights."""
    shift = truth.planted(2015, born)[1]
    later = born + dt.timedelta(days=120)
    extra = set(list_acts(World(2015, born, 1.0), born - dt.timedelta(days=300), later)) - set(
        list_acts(World(2015, dt.date(2090, 1, 1), 1.0), born - dt.timedelta(days=300), later)
    )
    extra = {act for act in extra if not act.is_grant}
    assert {act.invention.field.name for act in extra} == {"crowd_analytics"}
    assert {act.publication.office + act.publication.kind for act in extra} == {"CNA"}
    assert min(act.told_on for act in extra) >= shift.visible_from
    assert min(act.invention.filed for act in extra) >= shift.month
    assert sum(act.told_on <= born for act in extra) > 90
    by_month = Counter((act.told_on - born).days // 30 for act in extra if act.told_on > born)
    assert all(by_month[month] > 10 for month in range(4))


def test_step_of_early_2015() -> None:
    """All fields of interest together more than double in February 2015, in Chinese inventions and nowhere else."""
    first = [act for act in first_acts(acts_of(BORN)) if act.what == "published"]

    def ratio(chosen: list[Act]) -> float:
        counts = count_months(chosen, BORN)
        after = sum(counts[first_of_month(month_index(truth.SHIFT_OF_2015) + step)] for step in range(24))
        before = sum(counts[first_of_month(month_index(truth.SHIFT_OF_2015) - step)] for step in range(1, 25))
        return after / before / truth.YEARLY_GROWTH**2

    chinese = [act for act in first if is_chinese_invention(act)]
    assert 2.0 < ratio([act for act in chinese if act.invention.field.is_of_interest]) < 2.9
    assert 0.75 < ratio([act for act in chinese if not act.invention.field.is_of_interest]) < 1.3
    assert 0.75 < ratio([act for act in first if not is_chinese_invention(act)]) < 1.3


@pytest.mark.parametrize("seed", [2015, 1, 99])
def test_the_world_is_quiet_apart_from_what_was_planted(seed: int) -> None:
    """Growth, seasons and the step explain every complete month up to Poisson noise."""
    first = first_acts(list_acts(World(seed, BORN, 1.0), None, BORN))
    complete = range(month_index(truth.FIRST_MONTH), month_index(dt.date(2025, 3, 1)))
    months = [first_of_month(index) for index in complete]
    trend = np.array([truth.YEARLY_GROWTH ** (step / 12) for step in range(len(months))])
    season = np.array([{12: 1.8, 2: 0.7}.get(month.month, 1.0) for month in months])
    step = np.array([2.4 if month >= dt.date(2015, 2, 1) else 1.0 for month in months])
    groups = {
        "of interest": (trend * season * step, lambda a: is_chinese_invention(a) and a.invention.field.is_of_interest),
        "colliding": (trend * season, lambda a: is_chinese_invention(a) and not a.invention.field.is_of_interest),
        "utility models": (trend * season, lambda a: a.application.number[4] == "2" and a.application.office == "CN"),
        "abroad": (trend, lambda a: a.publication.office != "CN"),
    }
    for name, (shape, belongs) in groups.items():
        counts = count_months([act for act in first if belongs(act)], BORN)
        seen = np.array([counts[month] for month in months])
        mean = shape * seen.sum() / shape.sum()
        residual = (seen - mean) / np.sqrt(mean)
        assert np.abs(residual).max() < 5, name
        assert 0.75 < np.mean(residual**2) < 1.3, name
        # a step that nobody planted would pile up in the sums
        assert np.abs(np.cumsum(seen - mean)).max() < 2.2 * np.sqrt(seen.sum()), name


def test_planted_shifts_are_stated() -> None:
    """The truth names the month, the factor and the series of both shifts, oldest first."""
    step, surge = truth.planted(2015, BORN)
    assert (step.month, step.factor, step.technology) == (dt.date(2015, 2, 1), 2.4, None)
    assert (surge.month, surge.technology) == (dt.date(2026, 3, 1), "crowd_analytics")
    assert surge.series == ("smart_cities/patent_type=invention/technology=crowd_analytics",)
    assert step.visible_from < surge.visible_from <= BORN
