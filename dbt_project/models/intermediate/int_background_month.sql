{{ config(tags=['core']) }}

with

background as (
    select * from {{ ref('stg_background') }}
),

publication as (
    select * from {{ ref('dim_publication') }}
),

record as (
    select distinct publication_id, source from {{ ref('stg_publication') }}
),

invention as (
    select * from {{ ref('fct_invention') }} where filing_month is not null
),

told as (
    select
        office,
        patent_type,
        filing_month,
        source,
        sum(filing_count) as passed_over_count,
        bool_or(is_total) as is_total,
        bool_or(is_synthetic) as is_synthetic
    from background
    group by office, patent_type, filing_month, source
),

-- A stream counts what no watch wants; what a watch wants came as filings from the same stream.
stream as (
    select source, min(first_seen_at)::date as counted_since
    from background
    where not is_total
    group by source
),

wanted as (
    select
        invention.office,
        invention.patent_type,
        invention.filing_month,
        record.source,
        count(distinct invention.invention_id) as wanted_count
    from invention
    inner join publication using (invention_id)
    inner join record using (publication_id)
    where record.source in (select source from stream)
    group by invention.office, invention.patent_type, invention.filing_month, record.source
),

-- Where a total speaks, the filings that the source brought are in it already.
total_cell as (
    select distinct office, patent_type, source from told where is_total
),

wanted_beside as (
    select * from wanted
    anti join total_cell using (office, patent_type, source)
),

real_filing as (
    select count(*) > 0 as is_there from publication where not is_synthetic
)

select
    office,
    patent_type,
    filing_month,
    source,
    (coalesce(told.passed_over_count, 0) + coalesce(wanted_beside.wanted_count, 0))::bigint as filing_count,
    coalesce(told.is_total, false) as is_total,
    stream.counted_since,
    -- Nothing is published before it is filed: of what was filed since the stream is read, nothing was missed.
    coalesce(told.is_total, false) or filing_month >= stream.counted_since as is_complete_count,
    coalesce(told.is_synthetic, false) as is_synthetic
from told
full join wanted_beside using (office, patent_type, filing_month, source)
left join stream using (source)
cross join real_filing
where not (coalesce(told.is_synthetic, false) and real_filing.is_there)
