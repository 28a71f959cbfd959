{{ config(tags=['series']) }}

with

member as (
    select * from {{ ref('int_series_member') }}
),

watch as (
    select watch, title from {{ ref('stg_watch') }}
),

technology as (
    select watch, technology, name_en from {{ ref('stg_watch_technology') }}
),

topic as (
    select watch, topic_id, name from {{ source('ml', 'topic') }}
),

company_group as (
    select group_id, name_en from {{ ref('dim_group') }}
),

counted as (
    select
        series_id,
        watch,
        rule_index,
        least_filings,
        any_value(office) as office,
        any_value(patent_type) as patent_type,
        any_value(technology) as technology,
        any_value(topic_id) as topic_id,
        any_value(group_id) as group_id,
        bool_or(is_synthetic) as is_synthetic,
        count(*)::integer as filing_count
    from member
    group by series_id, watch, rule_index, least_filings
),

large_enough as (
    select *
    from counted
    where filing_count >= least_filings
    -- Rules may describe the same series twice; its id says the same content, so the first rule speaks for it.
    qualify row_number() over (partition by series_id order by rule_index) = 1
)

select
    series.series_id,
    series.watch,
    watch.title || ': ' || coalesce(
        nullif(concat_ws(
            ', ',
            series.office,
            case series.patent_type
                when 'invention' then 'inventions'
                when 'utility_model' then 'utility models'
                when 'design' then 'designs'
                else series.patent_type
            end,
            coalesce(technology.name_en, series.technology),
            coalesce(topic.name, series.topic_id),
            coalesce(company_group.name_en, series.group_id)
        ), ''),
        'all filings'
    ) || case when series.is_synthetic then ' (SYNTHETIC)' else '' end as label,
    series.office,
    series.patent_type,
    series.technology,
    series.topic_id,
    series.group_id,
    series.rule_index,
    series.filing_count,
    series.is_synthetic
from large_enough as series
inner join watch using (watch)
left join technology on series.watch = technology.watch and series.technology = technology.technology
left join topic on series.watch = topic.watch and series.topic_id = topic.topic_id
left join company_group using (group_id)
