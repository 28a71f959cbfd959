{{ config(tags=['series']) }}

{#- What a search depends on is compared and not remembered: however many builds of core lie between two builds of the
    series, and whether they were whole, no text that changed is passed over. -#}
{%- set built = last_build('intermediate', 'int_searched_text') %}

with

entry_set as (
    select hash(list(entry order by entry)) as entries_hash
    from (select watch_entry::varchar as entry from {{ ref('int_watch_entry') }} as watch_entry)
),

invention as (
    select invention_id, hash(text) as text_hash from {{ ref('fct_invention') }}
)

select
    {{ 'invention_id' if built is none else 'coalesce(invention.invention_id, built.invention_id) as invention_id' }},
    invention.text_hash,
    entry_set.entries_hash
from invention
{%- if built is not none %}
full join {{ built }} as built using (invention_id)
{%- endif %}
cross join entry_set
{%- if built is not none %}
where
    invention.text_hash is distinct from built.text_hash
    or entry_set.entries_hash is distinct from built.entries_hash
{%- endif %}
