with

counted as (
    select * from {{ ref('int_background_month') }}
),

chosen as (
    select office, patent_type, source, is_synthetic, is_chosen from {{ ref('dim_background') }}
)

select
    office,
    patent_type,
    filing_month,
    source,
    counted.filing_count,
    counted.is_total,
    counted.is_complete_count,
    chosen.is_chosen,
    is_synthetic
from counted
inner join chosen using (office, patent_type, source, is_synthetic)
