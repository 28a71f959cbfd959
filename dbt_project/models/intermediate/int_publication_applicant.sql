{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    tags=['core'],
    pre_hook="{{ keep_unchanged('int_changed_publication', 'publication_id') }}",
) }}

with

record as (
    select publication_id, source, feed, parties from {{ records() }}
),

preference as (
    select * from {{ ref('int_feed_preference') }}
),

party as (
    select
        publication_id,
        source,
        feed,
        unnest(parties) as party,
        unnest(range(len(parties))) as place
    from record
),

named as (
    select
        party.publication_id,
        party.party.name as name,
        {{ bare_words('party.party.name') }} as normalised_name,
        party.party.country as country,
        party.party.role as role,
        party.place,
        preference.preference
    from party
    inner join preference using (publication_id, source, feed)
    -- Some feeds name only who owns the document now; that is better than nobody.
    where party.party.role in ('applicant', 'owner')
),

best_feed as (
    select
        *,
        first_value(preference) over best as best_preference,
        first_value(role) over best as best_role
    from named
    where normalised_name <> ''
    window best as (partition by publication_id order by role = 'owner', preference)
),

once as (
    select
        publication_id,
        normalised_name,
        arg_min(name, place) as name,
        arg_min(country, place) as country,
        min(place) as place
    from best_feed
    where preference = best_preference and role = best_role
    group by publication_id, normalised_name
)

select
    publication_id,
    row_number() over (partition by publication_id order by place)::integer as sequence,
    name,
    normalised_name,
    country
from once
