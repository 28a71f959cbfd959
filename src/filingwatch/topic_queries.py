"""The questions behind a topic's card, as SQL for the published file; rows carry their topic as `of_topic`.

Every one takes `$watch` and `$topic_id` (null: all topics of the watch); what is made of the answers belongs to
`topic_cards`.
"""

from __future__ import annotations

TABLES = "select table_schema || '.' || table_name as name from information_schema.tables"
TOPICS = """
    select topic.*, emergence.is_emerging, emergence.because as emergence
    from insight.dim_topic as topic
    left join insight.fct_topic_emergence as emergence
        on topic.watch = emergence.watch and topic.topic_id = emergence.topic_id
    where ($watch is null or topic.watch = $watch) and ($with_gone or topic.state <> 'gone')
        and ($topic_id is null or topic.topic_id = $topic_id)
    order by topic.watch, topic.state = 'gone', topic.filing_count desc, topic.topic_id
"""
_OF = "watch = $watch and ($topic_id is null or topic_id = $topic_id)"
_FIRST = "qualify row_number() over (partition by of_topic order by {order}) <= $shown order by of_topic, {order}"
# One of several filings under the same title is enough to see what a topic is.
_FILINGS = """
    with placed as (
        select
            said.topic_id as of_topic, said.invention_id, said.weight, said.margin, said.runner_up,
            other.name as runner_up_name, invention.filing_date, invention.earliest_publication_date, invention.title,
            invention.office, publication.url, invention.is_synthetic
        from ml.filing_topic as said
        inner join core.fct_invention as invention using (invention_id)
        left join core.dim_publication as publication on said.invention_id = publication.publication_id
        left join insight.dim_topic as other on said.watch = other.watch and said.runner_up = other.topic_id
        where said.watch = $watch and ($topic_id is null or said.topic_id = $topic_id)
        qualify row_number() over (
            partition by said.topic_id, coalesce(invention.title, said.invention_id) order by said.invention_id
        ) = 1
    )
    select * from placed
"""
TYPICAL = _FILINGS + _FIRST.format(order="weight desc, margin desc nulls last, invention_id")
BORDERLINE = f"{_FILINGS} where runner_up is not null " + _FIRST.format(order="margin, weight desc, invention_id")
COMPANIES = f"""
    select topic_id as of_topic, company_id, group_id, name, filing_count, topic_filing_count, topic_share,
           topic_share_low, topic_share_high, first_filing_month, last_filing_month, is_synthetic
    from insight.fct_topic_company where {_OF} {_FIRST.format(order="filing_count desc, company_id")}
"""
OFFICES = f"""
    select topic_id as of_topic, office, filing_count, utility_model_count, topic_filing_count, topic_share,
           topic_share_low, topic_share_high
    from insight.fct_topic_office where {_OF} {_FIRST.format(order="filing_count desc, office")}
"""
# A year that ends after the last complete month is not judged: it would seem to fall.
YEARS = f"""
    select topic_id as of_topic, year(filing_month) as filing_year,
           sum(fct_topic_month.filing_count)::integer as filing_count,
           coalesce(make_date(year(filing_month), 12, 1) > trend_until, true) as is_too_young
    from insight.fct_topic_month inner join insight.dim_topic using (watch, topic_id)
    where {_OF} group by all order by of_topic, filing_year
"""
LINEAGE = """
    select unnest(list_distinct([topic_id, coalesce(previous_topic_id, topic_id)])) as of_topic, topic_id, name,
           previous_topic_id, previous_name, state, similarity, on_date
    from insight.fct_topic_lineage
    where watch = $watch and ($topic_id is null or $topic_id in (topic_id, previous_topic_id))
    order by on_date, topic_id, state
"""
RIGHTS = """
    select said.topic_id as of_topic, tag.right_code, tag.state, tag.is_protective,
           count(distinct tag.invention_id)::integer as filing_count
    from ml.right_tag as tag
    inner join ml.filing_topic as said using (watch, invention_id)
    where tag.watch = $watch and ($topic_id is null or said.topic_id = $topic_id)
        and coalesce(tag.said_by, '') <> 'refused'
    group by all order by of_topic, filing_count desc, tag.right_code, tag.state
"""
REFIT = """
    select refit.*, model.figures
    from insight.fct_topic_refit as refit
    left join ml.model as model on refit.candidate_id = model.model_id
    where refit.watch = $watch
    order by refit.run_id desc
    limit 1
"""
