"""Applicants: pairs of names that may be one legal entity, and what people say of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from filingwatch.desk.cases import Case, Choice, Fact, Table
from filingwatch.desk.published import Row
from filingwatch.desk.queues import MOST_CASES, ListQueue

_CHOICES = (
    Choice("y", "same", "One legal entity", "for"),
    Choice("d", "different", "Two legal entities", "against"),
)
_PAIRS = """
    select review.name_a, review.name_b, review.score, review.explanation,
           a.name as shown_a, a.country as country_a, a.body as body_a, coalesce(a.use_count, 0) as uses_a,
           b.name as shown_b, b.country as country_b, b.body as body_b, coalesce(b.use_count, 0) as uses_b,
           coalesce(a.is_synthetic, false) or coalesce(b.is_synthetic, false) as is_synthetic
    from ml.applicant_review as review
    left join core.dim_applicant as a on a.normalised_name = review.name_a
    left join core.dim_applicant as b on b.normalised_name = review.name_b
    order by uses_a + uses_b desc, review.score desc, review.name_a, review.name_b
    limit $most
"""
_FILINGS = """
    select dim_applicant.normalised_name, fct_invention.invention_id, fct_invention.filing_date, fct_invention.title
    from core.dim_applicant
    inner join core.bridge_invention_applicant using (applicant_id)
    inner join core.fct_invention using (invention_id)
    where list_contains($names::varchar[], dim_applicant.normalised_name)
    qualify row_number() over (
        partition by dim_applicant.normalised_name
        order by fct_invention.filing_date desc nulls last, fct_invention.invention_id
    ) <= 4
    order by dim_applicant.normalised_name, fct_invention.filing_date desc nulls last, fct_invention.invention_id
"""


class ApplicantQueue(ListQueue):
    """Doubtful pairs, the most used first."""

    name, title, kind = "applicants", "Applicants", "applicant_pair"
    words: ClassVar = {"same": "one legal entity", "different": "two legal entities", "reset": "taken back"}

    def read(self, watch: str) -> Iterable[Case]:
        pairs = self.published.rows(_PAIRS, {"most": MOST_CASES})
        names = sorted({pair[side] for pair in pairs for side in ("name_a", "name_b")})
        filings: dict[str, list[Row]] = {}
        for row in self.published.rows(_FILINGS, {"names": names}):
            filings.setdefault(row["normalised_name"], []).append(row)
        return [_case(pair, filings) for pair in pairs]


def _case(pair: Row, filings: dict[str, list[Row]]) -> Case:
    sides = ("a", "b")
    return Case(
        case_id="|".join(sorted((pair["name_a"], pair["name_b"]))),
        settled_by=("|".join(sorted((pair["name_a"], pair["name_b"]))),),
        question="Are these two names one legal entity?",
        why=f"the score of likeness, {pair['score']:.2f}, is too high to part them and too low to join them",
        choices=_CHOICES,
        tables=(
            Table(
                "The names",
                ("name as written", "country", "kind of body", "publications"),
                tuple(
                    (
                        pair[f"shown_{side}"] or pair[f"name_{side}"],
                        pair[f"country_{side}"] or "unknown",
                        (pair[f"body_{side}"] or "unknown").replace("_", " "),
                        f"{pair[f'uses_{side}']:,}",
                    )
                    for side in sides
                ),
            ),
            *(_filings_of(pair, side, filings) for side in sides),
        ),
        facts=(Fact("Parts of the score", pair["explanation"]),),
        is_synthetic=pair["is_synthetic"],
    )


def _filings_of(pair: Row, side: str, filings: dict[str, list[Row]]) -> Table:
    rows = filings.get(pair[f"name_{side}"], [])
    return Table(
        f"Newest filings of {pair[f'shown_{side}'] or pair[f'name_{side}']}",
        ("filed", "invention", "title"),
        tuple((str(row["filing_date"] or ""), row["invention_id"], row["title"] or "without a title") for row in rows),
    )
