"""The books: what was landed is in a mart or stands in them with its reason, and nothing is left over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from filingwatch.settings import Settings
from tests.dbt.conftest import Built, query

RULE = "tests/rules/every_landed_record_is_accounted_for.sql"


def test_every_landed_record_is_in_a_mart_or_has_a_reason(built: Built) -> None:
    """Page by page: landed minus counted minus explained is zero, for every kind of fate there is."""
    pages = built.rows(
        """
        with counted as (
            select publication_id from core.dim_publication inner join core.fct_invention using (invention_id)
            where not is_deleted
        )
        select page.page_id, max(page.record_count + page.reject_count) - count(fate.page_id),
            count(*) filter (where fate.fate = 'in_mart' and counted.publication_id is null),
            count(*) filter (where fate.fate <> 'in_mart' and coalesce(fate.reason, '') = '')
        from raw.page as page
        left join core.fct_record_fate as fate using (page_id)
        left join counted using (publication_id)
        where page.source <> 'decisions'
        group by page.page_id
        """
    )
    assert len(pages) >= 5
    assert [page for page in pages if page[1:] != (0, 0, 0)] == []
    fates = built.rows("select distinct fate from core.fct_record_fate order by 1")
    assert fates == [("deleted_by_office",), ("in_mart",), ("rejected",), ("synthetic_retired",)]


def test_retired_deleted_and_rejected_records_say_why(built: Built) -> None:
    """The demo's record made way, the withdrawn one was withdrawn, the wrong one names its fault."""
    reasons = dict(
        built.rows("select distinct fate, reason from core.fct_record_fate where fate <> 'in_mart' order by all")
    )
    assert reasons == {
        "deleted_by_office": "the office withdrew the publication",
        "rejected": "bad_date: there is no day 2015-02-30",
        "synthetic_retired": "real filings have been landed since",
    }


@pytest.mark.parametrize(
    "loss",
    [
        "delete from core.fct_invention where invention_id = 'CN106000001A'",
        "delete from core.fct_record_fate where publication_id = 'CN106000001A'",
        "update core.fct_record_fate set reason = null where fate = 'rejected'",
    ],
)
def test_a_record_that_is_lost_is_missed(built: Built, copy_of_built: Callable[[], Settings], loss: str) -> None:
    """An invention gone, an entry gone, a reason gone: the rule of the project finds its page."""
    settings = copy_of_built()
    path = built.settings.dbt_state / "target" / "compiled" / "filingwatch" / RULE
    sql = path.read_text(encoding="utf-8")
    assert query(settings, sql) == []
    query(settings, loss)
    missed = query(settings, sql)
    assert missed != []
    assert all(difference > 0 for _, difference in missed)
