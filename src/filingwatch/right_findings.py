"""What is published of the rights at stake: the evidence of filings, and figures by right.

Reads the published file. How a tag is found belongs to `rights` and `jobs.rights`.
"""

from __future__ import annotations

from typing import Any

import duckdb

from filingwatch.errors import BadInput
from filingwatch.settings import Settings
from filingwatch.warehouse import reader

Row = dict[str, Any]
CAVEAT = (
    "A tag says that a passage, a class or a person names a technology or use at which the right is at stake. A filing "
    "is not a deployment, and no court or body has judged it."
)

_EVIDENCE = """
    select evidence.*
    from insight.fct_right_evidence as evidence
    where watch = $watch
        and ($right is null or right_code = $right)
        and ($invention is null or invention_id in (
            select coalesce(invention_id, $invention) from core.dim_publication
            where publication_id = $invention or invention_id = $invention
        ))
    order by invention_id, right_code, is_protective, state desc, rule_id, language, field
    limit $most
"""
_SUMMARY = """
    with filing as (
        select distinct right_code, udhr_article, is_protective, state, invention_id, is_synthetic
        from insight.fct_right_evidence
        where watch = $watch and not is_refused
    ),
    refused as (
        select right_code, is_protective, count(distinct invention_id) as refused_count
        from insight.fct_right_evidence
        where watch = $watch and is_refused
        group by all
    )
    select right_code, any_value(udhr_article) as udhr_article, is_protective,
           count(distinct invention_id) as filing_count,
           count(distinct invention_id) filter (where state = 'stated in text') as stated_count,
           count(distinct invention_id) filter (where state = 'implied by class') as implied_count,
           count(distinct invention_id) filter (where state = 'analyst''s judgement') as judged_count,
           coalesce(any_value(refused.refused_count), 0) as refused_count, bool_or(is_synthetic) as is_synthetic
    from filing
    full join refused using (right_code, is_protective)
    group by right_code, is_protective
    order by is_protective, filing_count desc, right_code
"""


def read_evidence(
    settings: Settings, watch: str, *, invention: str | None = None, right: str | None = None, most: int = 50
) -> list[Row]:
    """Tags with what each rests on, of one filing (by invention or publication), of one right, or both.

    Raises:
        BadInput: nothing is published of it.
        NothingPublished: there is no published file yet.
    """
    rows = _rows(settings, _EVIDENCE, {"watch": watch, "right": right, "invention": invention, "most": most})
    if not rows:
        asked = " and ".join(filter(None, (invention and f"filing {invention!r}", right and f"right {right!r}")))
        raise BadInput(
            f"Nothing is published of {asked} in watch {watch!r}: either no rule and no person says anything of it, or "
            "the filing is not relevant there. `filingwatch rights summary` lists the rights."
        )
    return rows


def read_summary(settings: Settings, watch: str) -> list[Row]:
    """Relevant filings by right and ground, with the precision that was measured by hand; protective tags last.

    `measured` has good, passages, precision, low and high; it is None where the right was not measured.

    Raises:
        NothingPublished: there is no published file yet.
    """
    from filingwatch.rights.precision import read_precision

    measured = read_precision()
    rows = _rows(settings, _SUMMARY, {"watch": watch})
    for row in rows:
        one = measured.get((row["right_code"], row["is_protective"]))
        row["measured"] = one and {
            "good": one.good, "passages": one.passages, "precision": one.share, "low": one.low, "high": one.high,
        }  # fmt: skip
    return rows


def _rows(settings: Settings, sql: str, values: dict[str, Any]) -> list[Row]:
    wanted = {name: value for name, value in values.items() if f"${name}" in sql}
    with reader(settings) as con:
        try:
            result = con.execute(sql, wanted)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise BadInput("The published file is of an older filingwatch; the next night writes it anew.") from error
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
