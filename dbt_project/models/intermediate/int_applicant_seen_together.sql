{{ config(tags=['core']) }}

{#- Two publications of one invention often name the same applicants in the same order, each in the script of its
    office. That a Chinese and a Latin name stand at one place again and again is evidence that no spelling can give. -#}

with

publication as (
    select publication_id, invention_id from {{ ref('dim_publication') }} where not is_deleted
),

named as (
    select
        publication.invention_id,
        named.publication_id,
        named.sequence,
        named.normalised_name,
        regexp_matches(named.normalised_name, '\p{Han}') as is_han,
        count(*) over (partition by named.publication_id) as applicant_count
    from {{ ref('int_publication_applicant') }} as named
    inner join publication using (publication_id)
),

side_by_side as (
    select distinct
        one.invention_id,
        one.normalised_name as han_name,
        two.normalised_name as other_name
    from named as one
    inner join named as two using (invention_id, sequence, applicant_count)
    where one.is_han and not two.is_han
),

pair as (
    select han_name, other_name, count(*) as seen_count
    from side_by_side
    group by han_name, other_name
),

total as (
    select
        *,
        sum(seen_count) over (partition by han_name) as han_count,
        sum(seen_count) over (partition by other_name) as other_count
    from pair
)

select
    least(han_name, other_name) as name_a,
    greatest(han_name, other_name) as name_b,
    seen_count::integer as seen_count,
    -- Three times is a rule, and a name that stands beside several others at its place says little of each.
    round(seen_count / greatest(han_count, other_count) * least(seen_count / 3, 1), 3)::double as seen_share
from total
where seen_count >= 2
