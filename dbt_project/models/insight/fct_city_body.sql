{{ config(tags=['series']) }}

with

filing as (
    select watch, invention_id, office, filing_month, is_synthetic
    from {{ ref('fct_watch_filing') }}
    where is_relevant and filing_month is not null
),

placed as (
    select watch, invention_id, body_part from {{ ref('bridge_invention_body') }}
),

relevant as (
    select watch, office, filing_month, is_synthetic, count(*)::integer as relevant_count
    from filing
    group by watch, office, filing_month, is_synthetic
),

-- A filing without a place is counted as such and not left out.
counted as (
    select
        filing.watch,
        coalesce(placed.body_part, 'none') as body_part,
        filing.office,
        filing.filing_month,
        filing.is_synthetic,
        count(*)::integer as filing_count
    from filing
    left join placed using (watch, invention_id)
    group by filing.watch, coalesce(placed.body_part, 'none'), filing.office, filing.filing_month, filing.is_synthetic
)

select
    counted.watch,
    counted.body_part,
    counted.office,
    counted.filing_month,
    counted.filing_count,
    relevant.relevant_count,
    counted.filing_count / relevant.relevant_count as share,
    {{ wilson_bound('counted.filing_count', 'relevant.relevant_count', '-') }} as share_low,
    {{ wilson_bound('counted.filing_count', 'relevant.relevant_count', '+') }} as share_high,
    counted.is_synthetic
from counted
inner join relevant using (watch, office, filing_month, is_synthetic)
