"""The old way of counting, built beside the new one from what is kept of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

import pytest

from filingwatch import transform, warehouse
from filingwatch.settings import Settings
from tests.dbt.conftest import AS_OF, Built, query

CAMERAS, LAMPS, OUT = "CN104000001A", "CN106000001A", "CN108000002A"


@pytest.fixture(scope="module")
def both(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[tuple]]:
    """The built warehouse after a change of everything: relevance, the words of lamps, and a feed that was gained."""
    settings = Settings(home=tmp_path_factory.mktemp("both") / "home", today=AS_OF)
    settings.working_file.parent.mkdir(parents=True)
    shutil.copyfile(built.settings.working_file, settings.working_file)
    old = json.dumps([{"id": "lamps", "tags": [], "terms": ["nothing at all"]}])
    with warehouse.writer(settings) as con:
        con.execute(
            "insert into ml.series_baseline by name select 'towns' as watch, part, ?::date as opened_on, "
            "'r' as opened_by, 'm' as relevance_model, if(part = 'technologies', ?, null) as technologies, "
            "if(part = 'feeds', (select list(distinct feed) from raw.publication where feed <> 'lens-jsonl'), null) "
            "as feeds from (select unnest(['relevance', 'technologies', 'feeds']) as part)",
            [AS_OF, old],
        )
        con.execute(
            "insert into ml.baseline_relevance select 'towns', invention_id, invention_id <> ?, 'model', null "
            "from core.fct_invention",
            [LAMPS],
        )
    transform.build(settings, "tag:series", as_of=AS_OF)
    return lambda sql: query(settings, sql)


def test_without_a_change_there_is_no_old_way(built: Built) -> None:
    """Nothing is counted twice while nothing is kept."""
    assert built.row("select count(*) from insight.fct_old_series_triangle") == (0,)


def test_old_answers_old_feeds_and_old_words_count(both: Callable[[str], list[tuple]]) -> None:
    """Relevant the old way only, told by old feeds only, and of a technology by its old words only."""
    members = {name for (name,) in both("select distinct invention_id from intermediate.int_old_series_member")}
    now = {name for (name,) in both("select distinct invention_id from intermediate.int_series_member")}
    assert LAMPS in now - members
    of_lens = {
        name
        for (name,) in both(
            "select invention_id from core.dim_publication where not is_deleted group by 1 "
            "having bool_and(feeds = ['lens-jsonl'])"
        )
    }
    assert now & of_lens and not members & of_lens
    assert members == (now - of_lens - {LAMPS}) | (members & {OUT}) and members
    technologies = both("select invention_id, technology from intermediate.int_old_invention_technology")
    assert technologies == [] and both("select count(*) from insight.bridge_invention_technology")[0][0] > 0


def test_the_triangle_says_what_each_way_counts_alone(both: Callable[[str], list[tuple]]) -> None:
    """Gained and lost lead from the old count to the new one, for every series, month and day; equal series are out."""
    wrong = both(
        "select * from insight.fct_old_series_triangle as old "
        "left join insight.fct_series_triangle as new using (series_id, filing_month, publication_date) "
        "where old.filing_count + old.gained_count - old.lost_count <> coalesce(new.filing_count, 0)"
    )
    gained = both(
        "select sum(gained_count), count(*) from insight.fct_old_series_triangle where series_id = 'towns/all'"
    )
    assert wrong == [] and gained[0][0] > 0
    unlike = both(
        "select series_id from insight.fct_old_series_triangle group by all having sum(gained_count + lost_count) = 0"
    )
    assert unlike == []


def test_series_of_today_are_as_they_were(built: Built, both: Callable[[str], list[tuple]]) -> None:
    """What is kept of the old way moves nothing of the new one."""
    said = "select series_id, filing_count from insight.dim_series order by all"
    assert both(said) == built.rows(said)
