-- A rule may restrict a dimension to several values (`office=CN+US`): then they stand in the id of the series alone.
with

series as (
    select
        series_id,
        watch,
        filing_count,
        coalesce(office, nullif(regexp_extract(series_id, '/office=([^/]+)', 1), '')) as office,
        coalesce(patent_type, nullif(regexp_extract(series_id, '/patent_type=([^/]+)', 1), '')) as patent_type,
        coalesce(technology, nullif(regexp_extract(series_id, '/technology=([^/]+)', 1), '')) as technology,
        coalesce(topic_id, nullif(regexp_extract(series_id, '/topic=([^/]+)', 1), '')) as topic,
        coalesce(group_id, nullif(regexp_extract(series_id, '/applicant_group=([^/]+)', 1), '')) as company_group
    from insight.dim_series
),

cells as (
    select
        series_id,
        watch,
        string_split(office, '+') as offices,
        string_split(patent_type, '+') as patent_types,
        string_split(technology, '+') as technologies,
        string_split(topic, '+') as topics,
        string_split(company_group, '+') as company_groups
    from series
),

owners as (
    select distinct bridge.invention_id, applicant.group_id
    from core.bridge_invention_applicant as bridge
    inner join core.dim_applicant as applicant using (applicant_id)
    where applicant.group_id is not null
),

members as (
    select
        filing.watch,
        filing.invention_id,
        filing.office,
        filing.patent_type,
        filing.topic_id,
        tagged.technology,
        owners.group_id
    from insight.fct_watch_filing as filing
    left join insight.bridge_invention_technology as tagged
        on tagged.watch = filing.watch and tagged.invention_id = filing.invention_id
    left join owners on owners.invention_id = filing.invention_id
    where filing.is_relevant and filing.filing_month is not null
),

-- Few distinct cells stand for many filings, so the lists are searched once a cell and not once a filing.
kinds as (
    select distinct watch, office, patent_type, topic_id, technology, group_id from members
),

matched as (
    select cells.series_id, kinds.*
    from cells
    inner join kinds
        on kinds.watch = cells.watch
        and (cells.offices is null or list_contains(cells.offices, kinds.office))
        and (cells.patent_types is null or list_contains(cells.patent_types, kinds.patent_type))
        and (cells.topics is null or list_contains(cells.topics, kinds.topic_id))
        and (cells.technologies is null or list_contains(cells.technologies, kinds.technology))
        and (cells.company_groups is null or list_contains(cells.company_groups, kinds.group_id))
),

counted as (
    select matched.series_id, count(distinct members.invention_id) as filing_count
    from matched
    inner join members
        on members.watch = matched.watch
        and members.office is not distinct from matched.office
        and members.patent_type is not distinct from matched.patent_type
        and members.topic_id is not distinct from matched.topic_id
        and members.technology is not distinct from matched.technology
        and members.group_id is not distinct from matched.group_id
    group by matched.series_id
),

monthly as (
    select series_id, sum(filing_count) as filing_count from insight.fct_series_month group by series_id
)

select
    series_id,
    series.filing_count as stated_count,
    monthly.filing_count::bigint as monthly_count,
    counted.filing_count as filings_counted
from series
full join monthly using (series_id)
left join counted using (series_id)
where
    series.filing_count is distinct from monthly.filing_count
    or monthly.filing_count is distinct from counted.filing_count
order by series_id
