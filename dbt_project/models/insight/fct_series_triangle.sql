{{ config(tags=['series']) }}

with

series as (
    select series_id, rule_index from {{ ref('dim_series') }}
),

member as (
    select * from {{ ref('int_series_member') }}
)

select
    member.series_id,
    member.watch,
    member.filing_month,
    member.publication_date,
    count(*)::integer as filing_count
from member
inner join series using (series_id, rule_index)
group by all
