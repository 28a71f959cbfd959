with

counted as (
    select * from {{ ref('int_background_month') }}
),

source_cell as (
    select
        office,
        patent_type,
        source,
        min(filing_month) as first_month,
        max(filing_month) as last_month,
        count(*)::integer as month_count,
        (count(*) filter (where is_complete_count))::integer as complete_month_count,
        sum(filing_count)::bigint as filing_count,
        bool_or(is_total) as is_total,
        min(counted_since) filter (where not is_total) as counted_since_date,
        is_synthetic
    from counted
    group by office, patent_type, source, is_synthetic
)

select
    office,
    patent_type,
    source,
    first_month,
    last_month,
    month_count,
    complete_month_count,
    filing_count,
    is_total,
    counted_since_date,
    row_number() over (
        partition by office, patent_type, is_synthetic
        order by is_total desc, complete_month_count desc, last_month desc, source
    ) = 1 as is_chosen,
    is_synthetic
from source_cell
