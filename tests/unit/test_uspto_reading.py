"""File wrappers of the USPTO portal read as filings: numbers, kinds, dates, parties, and records that hold none."""

from __future__ import annotations

import copy
import datetime as dt
import json
from typing import Any

import pytest

from filingwatch.filing import Classification, Filing, Party, Priority
from filingwatch.normalform import NormalFormError
from filingwatch.sources.notes import Notes
from filingwatch.sources.uspto.numbers import office_of, read_application_number, read_foreign_number, read_grant
from filingwatch.sources.uspto.reading import read_answer, read_records, read_wrapper

WRAPPER: dict[str, Any] = {
    "applicationNumberText": "18123987",
    "applicationMetaData": {
        "inventionTitle": "STREET LANTERN  THAT COUNTS PASSERS-BY",
        "filingDate": "2024-03-06",
        "earliestPublicationNumber": "US20250040017A1",
        "earliestPublicationDate": "2025-02-06",
        "applicationTypeCode": "UTL",
        "applicationTypeCategory": "REGULAR",
        "cpcClassificationBag": ["G08B  13/196", "F21S   8/085", "H01M2004/027", "no class"],
        "applicantBag": [
            {"applicantNameText": "Lampwerk GmbH", "correspondenceAddressBag": [{"countryCode": "DE"}]},
            {"applicantNameText": "Nowhere  Lamps", "correspondenceAddressBag": [{"countryCode": "??"}]},
        ],
        "inventorBag": [
            {
                "inventorNameText": "Jane Doe",
                "correspondenceAddressBag": [
                    {"countryCode": "US", "postalAddressCategory": "postal"},
                    {"countryCode": "KR", "postalAddressCategory": "residence"},
                ],
            },
            {"firstName": "Richard", "lastName": "Roe"},
        ],
    },
    "foreignPriorityBag": [
        {"applicationNumberText": "2023100000176", "filingDate": "2023-04-25", "ipOfficeName": "CHINA"},
        {"applicationNumberText": "231000019", "filingDate": "2023-05-02", "ipOfficeName": "EUROPEAN PATENT OFFICE"},
        {"applicationNumberText": "77-A", "filingDate": "2023-06-01", "ipOfficeName": "ATLANTIS"},
    ],
    "parentContinuityBag": [
        {
            "claimParentageTypeCode": "PRO", "parentApplicationNumberText": "63412345",
            "parentApplicationFilingDate": "2023-03-07", "childApplicationNumberText": "18123987",
        },
        {
            "claimParentageTypeCode": "REI", "parentApplicationNumberText": "12000001",
            "parentApplicationFilingDate": "2008-01-01", "childApplicationNumberText": "18123987",
        },
    ],
}  # fmt: skip


def wrapper(**changes: Any) -> dict[str, Any]:
    """The invented file wrapper with other bibliographic fields; None takes one away."""
    made = copy.deepcopy(WRAPPER)
    for name, value in changes.items():
        made["applicationMetaData"].pop(name, None)
        if value is not None:
            made["applicationMetaData"][name] = value
    return made


def read(record: dict[str, Any]) -> list[Filing]:
    return read_wrapper(record, Notes().warn)


def test_a_pending_application_is_one_filing() -> None:
    """Number, dates, application in DOCDB form, title, classes without padding, address."""
    (filing,) = read(WRAPPER)
    assert str(filing.publication) == "US2025040017A1"
    assert filing.original_number == "US20250040017A1"
    assert (filing.publication_date, filing.filing_date) == (dt.date(2025, 2, 6), dt.date(2024, 3, 6))
    assert str(filing.application) == "US202418123987"
    assert filing.texts[0].text == "STREET LANTERN THAT COUNTS PASSERS-BY"
    assert (filing.texts[0].language, filing.texts[0].origin) == ("en", "original")
    assert filing.classifications == (
        Classification("cpc", "G08B 13/196"),
        Classification("cpc", "F21S 8/085"),
        Classification("cpc", "H01M 2004/027"),
    )
    assert (filing.family_id, filing.grant_date) == (None, None)
    assert filing.url == "https://patentcenter.uspto.gov/applications/18123987"


def test_parties_have_the_country_in_which_they_live() -> None:
    """The residence goes before the address for letters; what is no code is no country."""
    assert read(WRAPPER)[0].parties == (
        Party("applicant", "Lampwerk GmbH", "DE"),
        Party("applicant", "Nowhere Lamps", None),
        Party("inventor", "Jane Doe", "KR"),
        Party("inventor", "Richard Roe", None),
    )
    alone = read(wrapper(applicantBag=None, inventorBag=None, firstApplicantName="Glow Inc"))
    assert alone[0].parties == (Party("applicant", "Glow Inc", None),)


def test_priorities_are_foreign_claims_and_parents() -> None:
    """Check digits go; an office that is not known leaves its number alone; a reissued patent is no priority."""
    filing, notes = read(WRAPPER)[0], Notes()
    assert filing.priorities == (
        Priority("202310000017", "CN", dt.date(2023, 4, 25)),
        Priority("23100001", "EP", dt.date(2023, 5, 2)),
        Priority("77-A", None, dt.date(2023, 6, 1)),
        Priority("202363412345", "US", dt.date(2023, 3, 7)),
    )
    assert filing.earliest_priority_date == dt.date(2023, 3, 7)
    read_wrapper(WRAPPER, notes.warn)
    assert set(notes.take()) == {"office_not_known", "class_left_out"}


def test_a_wrong_check_digit_is_a_warning() -> None:
    """People mistype it more often than the number: the priority stays."""
    record, notes = copy.deepcopy(WRAPPER), Notes()
    record["foreignPriorityBag"][0]["applicationNumberText"] = "2023100000177"
    (filing,) = read_wrapper(record, notes.warn)
    assert filing.priorities[0].number == "202310000017"
    assert notes.take()["check_digit"]["count"] == 1


def test_a_granted_application_is_two_filings() -> None:
    """Both carry the same application, so that they are counted as one invention."""
    early, grant = read(wrapper(patentNumber="12345678", grantDate="2026-11-03"))
    assert (str(early.publication), str(grant.publication)) == ("US2025040017A1", "US12345678B2")
    assert early.publication_date == dt.date(2025, 2, 6)
    assert grant.publication_date == grant.grant_date == early.grant_date == dt.date(2026, 11, 3)
    assert early.application == grant.application


@pytest.mark.parametrize(
    ("changes", "publication"),
    [
        ({"patentNumber": "9000017"}, "US9000017B1"),
        ({"patentNumber": "D1012345"}, "USD1012345S1"),
        ({"patentNumber": "D0912345", "applicationTypeCode": "DES"}, "USD912345S1"),
        ({"patentNumber": "1012345", "applicationTypeCode": "DES"}, "USD1012345S1"),
        ({"patentNumber": "PP35001"}, "USPP35001P2"),
        ({"patentNumber": "35001", "applicationTypeCode": "", "applicationTypeLabelName": "Plant"}, "USPP35001P2"),
        ({"patentNumber": "RE50001"}, "USRE50001E1"),
        ({"patentNumber": "50001", "applicationTypeCode": "?", "applicationTypeLabelName": "Re-Issue"}, "USRE50001E1"),
        ({"patentNumber": "H002301"}, "USH2301H1"),
    ],
)
def test_the_kind_of_a_grant_is_inferred(changes: dict[str, str], publication: str) -> None:
    """By the letters before the number or the type of the application; B1 where nothing was published before."""
    none = {"earliestPublicationNumber": None, "earliestPublicationDate": None}
    (filing,) = read(wrapper(**none, grantDate="2026-11-03", **changes))
    assert str(filing.publication) == publication


def test_a_plant_that_was_published_before_is_p3() -> None:
    early, grant = read(
        wrapper(
            earliestPublicationNumber="US20250040018P1",
            applicationTypeCode="PLT",
            patentNumber="PP35002",
            grantDate="2026-11-03",
        )
    )
    assert (early.publication.kind, grant.publication.kind) == ("P1", "P3")


def test_grants_before_2001_have_no_second_sign() -> None:
    assert str(read_grant("6166999", "UTL", dt.date(2000, 12, 26), False)) == "US6166999A"


@pytest.mark.parametrize("written", ["US 2025-0040017 A1", "US20250040017A1", "US-2025-0040017-A1", "US 2025-0040017"])
def test_every_form_of_a_publication_number_is_one(written: str) -> None:
    """The portal writes it in an older form too; without kind it is A1."""
    assert str(read(wrapper(earliestPublicationNumber=written))[0].publication) == "US2025040017A1"


def test_a_number_given_before_the_day_of_the_grant_is_no_publication() -> None:
    """The patent number is known some weeks earlier."""
    assert len(read(wrapper(patentNumber="12345678"))) == 1


def test_a_national_stage_was_filed_with_the_international_application() -> None:
    """In law and in DOCDB; the portal's filing date is the day of the entry. The number counts from that year, too."""
    record = copy.deepcopy(WRAPPER)
    record["parentContinuityBag"] = [
        {
            "claimParentageTypeCode": "NST", "parentApplicationNumberText": "PCT/US22/20017",
            "parentApplicationFilingDate": "2022-09-06", "childApplicationNumberText": "18123987",
        }
    ]  # fmt: skip
    (filing,) = read(record)
    assert filing.filing_date == dt.date(2022, 9, 6)
    assert str(filing.application) == "US202218123987"
    assert Priority("US2022020017", "WO", dt.date(2022, 9, 6)) in filing.priorities


def test_records_of_the_trial_years_are_read_too() -> None:
    """In 2024 the fields stood at the top of the record."""
    flat = WRAPPER["applicationMetaData"] | {"applicationNumberText": "18123987"}
    flat |= {"continuityBag": {"parentContinuityBag": WRAPPER["parentContinuityBag"]}}
    flat |= {"foreignPriorityBag": WRAPPER["foreignPriorityBag"]}
    assert read(flat) == read(WRAPPER)


REFUSED = [
    (wrapper(earliestPublicationNumber=None), "not_published"),
    (wrapper(earliestPublicationNumber="about 12"), "unknown_office"),
    (wrapper(earliestPublicationNumber=None, patentNumber="AB-x", grantDate="2026-11-03"), "bad_number"),
    (wrapper(applicationTypeCategory="REEXAM"), "reexamination"),
    (wrapper() | {"applicationNumberText": "90010017"}, "reexamination"),
    (wrapper(earliestPublicationDate="2025-02-30"), "bad_date"),
    ({"applicationMetaData": 7}, "malformed"),
    ("text", "not_a_record"),
    (wrapper(inventionTitle="half a sign \ud800"), "bad_encoding"),
]


@pytest.mark.parametrize(
    ("record", "code"), REFUSED, ids=[f"{place}-{code}" for place, (_, code) in enumerate(REFUSED)]
)
def test_what_holds_no_publication_is_a_reject_with_its_original(record: Any, code: str) -> None:
    """A reason in words, and the record as it came, so that somebody can look."""
    records, rejects = read_records([record], Notes().warn)
    assert not records
    assert (rejects[0].index, rejects[0].code) == (0, code)
    assert rejects[0].reason and json.loads(rejects[0].original) == record


def test_a_bad_number_beside_a_good_one_is_a_warning() -> None:
    notes = Notes()
    (filing,) = read_wrapper(wrapper(patentNumber="AB-x", grantDate="2026-11-03"), notes.warn)
    assert str(filing.publication) == "US2025040017A1"
    assert notes.take()["publication_left_out"]["count"] == 1


def test_every_filing_and_reject_of_an_answer_has_its_own_index() -> None:
    """A wrapper with two publications takes two places, a refused one takes one."""
    granted = wrapper(patentNumber="12345678", grantDate="2026-11-03")
    records, rejects = read_records([WRAPPER, granted, "text", granted], Notes().warn)
    assert [record.index for record in records] == [0, 1, 2, 4, 5]
    assert [reject.index for reject in rejects] == [3]


@pytest.mark.parametrize(
    "body", [None, [], {}, {"count": 1}, {"patentFileWrapperDataBag": []}, {"count": True, "patentBag": []}]
)
def test_an_answer_without_count_and_records_is_refused(body: Any) -> None:
    """It says 200 and is none: taken for empty, a window would be passed over."""
    with pytest.raises(NormalFormError):
        read_answer(body)


@pytest.mark.parametrize(
    ("written", "filed", "number"),
    [
        ("18/123,987", dt.date(2024, 3, 6), "202418123987"),
        ("13123456", dt.date(2011, 2, 3), "201113123456"),
        ("12700001", dt.date(2010, 2, 1), "70000110"),
        ("12000450", dt.date(2007, 12, 13), "45007"),
        ("09700017", dt.date(2000, 11, 1), "70001700"),
        ("29244017", dt.date(2005, 12, 5), "24401705"),
        ("29405017", dt.date(2011, 11, 3), "201129405017"),
        ("61411017", dt.date(2010, 11, 9), "41101710"),
        ("61424017", dt.date(2010, 12, 17), "201061424017"),
        ("18123987", None, "18123987"),
    ],
)
def test_application_numbers_take_the_form_of_docdb(written: str, filed: dt.date | None, number: str) -> None:
    """They must meet those of other feeds. The form changed with series 13, and around the turn of 2010 to 2011."""
    assert read_application_number(written, filed).number == number


def test_foreign_numbers_lose_what_their_office_adds() -> None:
    assert read_foreign_number("10-2021-0000017", "KR").id.number == "20210000017"
    assert read_foreign_number("21100001.7", "EP").id.number == "21100001"
    assert read_foreign_number("2021-100017", "JP").id.number == "2021100017"


def test_names_of_offices_become_codes() -> None:
    assert [office_of(name) for name in ("CHINA", "Korea, Republic of", "EUROPEAN PATENT OFFICE (EPO)", "")] == [
        "CN", "KR", "EP", None,
    ]  # fmt: skip
