-- A rule may restrict a dimension to several values (`office=CN+US`): then they stand in the id of the series alone.
with

wanted as (
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

series as (
    select
        series_id,
        watch,
        filing_count,
        string_split(office, '+') as offices,
        string_split(patent_type, '+') as patent_types,
        string_split(technology, '+') as technologies,
        string_split(topic, '+') as topics,
        string_split(company_group, '+') as company_groups
    from wanted
),

tagged as (
    select watch, invention_id, list(distinct technology order by technology) as technologies
    from insight.bridge_invention_technology
    group by all
),

owned as (
    select bridge.invention_id, list(distinct applicant.group_id order by applicant.group_id) as company_groups
    from core.bridge_invention_applicant as bridge
    inner join core.dim_applicant as applicant using (applicant_id)
    where applicant.group_id is not null
    group by all
),

-- Few profiles stand for many filings, and a filing has one of them: it is counted once in whatever it belongs to.
profiles as (
    select
        filing.watch,
        filing.office,
        filing.patent_type,
        filing.topic_id,
        coalesce(tagged.technologies, []) as technologies,
        coalesce(owned.company_groups, []) as company_groups,
        count(*) as filing_count
    from insight.fct_watch_filing as filing
    left join tagged on tagged.watch = filing.watch and tagged.invention_id = filing.invention_id
    left join owned on owned.invention_id = filing.invention_id
    where filing.is_relevant and filing.filing_month is not null
    group by all
),

counted as (
    select series.series_id, sum(profiles.filing_count) as filing_count
    from series
    inner join profiles
        on profiles.watch = series.watch
        and (series.offices is null or list_contains(series.offices, profiles.office))
        and (series.patent_types is null or list_contains(series.patent_types, profiles.patent_type))
        and (series.topics is null or list_contains(series.topics, profiles.topic_id))
        and (series.technologies is null or list_has_any(series.technologies, profiles.technologies))
        and (series.company_groups is null or list_has_any(series.company_groups, profiles.company_groups))
    group by series.series_id
),

monthly as (
    select series_id, sum(filing_count) as filing_count from insight.fct_series_month group by series_id
)

select
    series_id,
    series.filing_count as stated_count,
    monthly.filing_count::bigint as monthly_count,
    counted.filing_count::bigint as filings_counted
from series
full join monthly using (series_id)
left join counted using (series_id)
where
    series.filing_count is distinct from monthly.filing_count
    or monthly.filing_count is distinct from counted.filing_count
order by series_id
