{{ config(tags=['core']) }}

{%- set built = last_build('intermediate', 'int_publication') %}

{%- if built is none %}
select publication_id from {{ ref('stg_version_count') }} where false
{%- else %}
select version_count.publication_id
from {{ ref('stg_version_count') }} as version_count
left join {{ built }} as built using (publication_id)
where version_count.version_count is distinct from built.version_count
    -- A date that lay ahead of the last run may have come.
    or built.date_issue like '%after the day of the run'
{%- endif %}
