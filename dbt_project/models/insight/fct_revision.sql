{{ config(tags=['findings']) }}

with

vintage as (
    select * from {{ source('ops', 'month_vintage') }}
),

followed as (
    select
        *,
        lag(filing_count, 1, 0) over (
            partition by watch, office, patent_type, filing_month, is_synthetic
            order by taken_at
        ) as count_before
    from vintage
),

change as (
    select * from followed where not is_first
)

select
    watch,
    office,
    patent_type,
    filing_month,
    as_of,
    run_id,
    taken_at,
    count_before::integer as count_before,
    filing_count as count_after,
    (filing_count - count_before)::integer as difference_count,
    filing_count = count_before as is_members_only,
    gained_count,
    lost_count,
    published_count,
    withdrawn_count,
    linked_count,
    corrected_count,
    judged_count,
    case greatest(published_count, withdrawn_count, linked_count, corrected_count, judged_count)
        when withdrawn_count then 'publications withdrawn'
        when linked_count then 'links changed'
        when corrected_count then 'dates or types corrected'
        when judged_count then 'relevance changed'
        else 'new publications'
    end as main_reason,
    is_synthetic
from change
