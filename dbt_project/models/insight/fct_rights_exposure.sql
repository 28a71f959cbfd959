{{ config(tags=['findings']) }}

with

filing as (
    select * from {{ ref('fct_watch_filing') }} where is_relevant and filing_month is not null
),

-- What the watch ties to a technology that a filing has: an expectation, without a passage of its own.
technology as (
    select
        watch,
        invention_id,
        technology,
        len(list_filter(evidence, lambda found: starts_with(found, 'class '))) > 0 as is_by_class,
        len(list_filter(evidence, lambda found: not starts_with(found, 'class '))) > 0 as is_by_term
    from {{ ref('bridge_invention_technology') }}
),

exposed_right as (
    select watch, technology, right_code from {{ ref('stg_watch_right') }}
),

right_tag as (
    select
        watch,
        invention_id,
        right_code,
        coalesce(technology, 'none') as technology,
        is_protective,
        state,
        coalesce(said_by = 'refused', false) as is_refused
    from {{ source('ml', 'right_tag') }}
),

named as (
    select
        technology.watch,
        technology.invention_id,
        exposed_right.right_code,
        technology.technology,
        technology.is_by_class,
        technology.is_by_term
    from technology
    inner join exposed_right using (watch, technology)
    union all
    select
        watch,
        invention_id,
        right_code,
        technology,
        state = 'implied by class' as is_by_class,
        state = 'stated in text' as is_by_term
    from right_tag
    where not is_protective
),

gathered as (
    select
        watch,
        invention_id,
        right_code,
        technology,
        bool_or(is_by_class) as is_by_class,
        bool_or(is_by_term) as is_by_term
    from named
    group by watch, invention_id, right_code, technology
),

-- The firmest ground of a right on a filing, whatever technology it came by.
ground as (
    select
        watch,
        invention_id,
        right_code,
        bool_or(is_refused) as is_refused,
        case
            when bool_or(state = 'stated in text') then 'stated in text'
            when bool_or(state = 'implied by class') then 'implied by class'
            else 'analyst''s judgement'
        end as state
    from right_tag
    where not is_protective
    group by watch, invention_id, right_code
),

protected as (
    select distinct watch, invention_id, right_code, true as is_protected
    from right_tag
    where is_protective and not is_refused
),

-- A filing of several companies is counted once.
company as (
    select
        invention_id,
        case when count(*) = 1 then min(group_id) else 'several' end as group_id
    from {{ ref('bridge_invention_group') }}
    group by invention_id
),

exposed as (
    select
        filing.watch,
        gathered.right_code,
        gathered.technology,
        filing.office,
        filing.filing_month,
        case
            when gathered.is_by_class and gathered.is_by_term then 'class and term'
            when gathered.is_by_class then 'class'
            when gathered.is_by_term then 'term'
            else 'person'
        end as basis,
        coalesce(ground.state, 'tied by technology') as state,
        coalesce(protected.is_protected, false) as is_protected,
        filing.topic_id,
        company.group_id,
        filing.is_synthetic
    from filing
    inner join gathered using (watch, invention_id)
    left join ground using (watch, invention_id, right_code)
    left join protected using (watch, invention_id, right_code)
    left join company using (invention_id)
    where not coalesce(ground.is_refused, false)
)

select
    watch,
    right_code,
    technology,
    office,
    filing_month,
    basis,
    count(*)::integer as filing_count,
    is_synthetic,
    state,
    (count(*) filter (where is_protected))::integer as protected_count,
    topic_id,
    group_id
from exposed
group by watch, right_code, technology, office, filing_month, basis, is_synthetic, state, topic_id, group_id
