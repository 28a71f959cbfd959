{{ config(tags=['findings']) }}

with

filing as (
    select * from {{ ref('fct_watch_filing') }} where is_relevant
),

right_tag as (
    select * from {{ source('ml', 'right_tag') }}
)

select
    right_tag.watch,
    right_tag.invention_id,
    right_tag.right_code,
    right_tag.udhr_article,
    right_tag.state,
    right_tag.is_protective,
    right_tag.rule_id,
    right_tag.rule_version,
    right_tag.technology,
    right_tag.language,
    right_tag.publication_id,
    right_tag.field,
    right_tag.start,
    right_tag.quote,
    right_tag.reason,
    right_tag.said_by,
    right_tag.said_from,
    coalesce(right_tag.said_by = 'refused', false) as is_refused,
    filing.office,
    filing.filing_month,
    filing.topic_id,
    filing.title,
    filing.is_synthetic
from right_tag
inner join filing using (watch, invention_id)
