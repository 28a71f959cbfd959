{{ config(tags=['findings']) }}

{#- Counts of a year say where a topic goes once nine in ten of its last month's filings can be out. -#}
{% set least_complete, least_filings = 0.9, 10 %}

with

topic as (
    select * from {{ source('ml', 'topic') }}
),

filing as (
    select * from {{ ref('int_topic_filing') }} where topic_id is not null
),

-- A topic that no filing is left of is invented where the filings of its watch are.
of_watch as (
    select watch, bool_or(is_synthetic) as is_synthetic from {{ ref('int_topic_filing') }} group by watch
),

completeness as (
    select * from {{ ref('fct_completeness') }} where not is_too_young
),

complete_month as (
    select is_synthetic, max(filing_month) as last_month
    from (
        select is_synthetic, filing_month, sum(filing_count) / nullif(sum(expected_count), 0) as share
        from completeness
        group by is_synthetic, filing_month
    )
    where share >= {{ least_complete }}
    group by is_synthetic
),

counted as (
    select
        filing.watch,
        filing.topic_id,
        min(filing.filing_month) as first_filing_month,
        any_value(complete_month.last_month) as trend_until,
        count(*) filter (
            where filing.filing_month <= complete_month.last_month
            and filing.filing_month > complete_month.last_month - interval 12 month
        )::integer as recent_year_count,
        count(*) filter (
            where filing.filing_month <= complete_month.last_month - interval 12 month
            and filing.filing_month > complete_month.last_month - interval 24 month
        )::integer as earlier_year_count,
        bool_or(filing.is_synthetic) as is_synthetic
    from filing
    left join complete_month on filing.is_synthetic = complete_month.is_synthetic
    group by filing.watch, filing.topic_id
),

-- Half a filing is added to each count, so that no ratio and no error is infinite.
compared as (
    select
        *,
        ln((recent_year_count + 0.5) / (earlier_year_count + 0.5)) as log_ratio,
        sqrt(1 / (recent_year_count + 0.5) + 1 / (earlier_year_count + 0.5)) as log_error,
        trend_until is not null and recent_year_count + earlier_year_count >= {{ least_filings }} as is_judged
    from counted
)

select
    topic.watch,
    topic.topic_id,
    topic.name,
    topic.named_by,
    topic.state,
    topic.terms_en,
    topic.terms_zh,
    topic.filing_count,
    topic.first_seen_on,
    topic.classes,
    topic.coherence,
    compared.first_filing_month,
    compared.trend_until,
    coalesce(compared.recent_year_count, 0) as recent_year_count,
    coalesce(compared.earlier_year_count, 0) as earlier_year_count,
    case when compared.is_judged then exp(log_ratio) end as trend_ratio,
    case when compared.is_judged then exp(log_ratio - 1.96 * log_error) end as trend_ratio_low,
    case when compared.is_judged then exp(log_ratio + 1.96 * log_error) end as trend_ratio_high,
    case
        when compared.trend_until is null then 'too young to judge'
        when not compared.is_judged then 'too few filings'
        when log_ratio - 1.96 * log_error > 0 then 'rising'
        when log_ratio + 1.96 * log_error < 0 then 'falling'
        else 'no clear change'
    end as trend,
    coalesce(compared.is_synthetic, of_watch.is_synthetic, false) as is_synthetic
from topic
left join compared on topic.watch = compared.watch and topic.topic_id = compared.topic_id
left join of_watch on topic.watch = of_watch.watch
