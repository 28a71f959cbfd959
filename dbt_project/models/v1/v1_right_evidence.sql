with

right_evidence as (
    select * from {{ here(ref('fct_right_evidence')) }}
)

select
    watch,
    invention_id,
    right_code,
    udhr_article,
    state,
    is_protective,
    rule_id,
    rule_version,
    technology,
    language,
    publication_id,
    field,
    start,
    quote,
    reason,
    said_by,
    said_from,
    is_refused,
    office,
    filing_month,
    topic_id,
    title,
    is_synthetic
from right_evidence
