{{ config(tags=['core']) }}

select
    {{ bare_words('alias') }} as normalised_name,
    any_value(alias order by alias) as alias,
    any_value(entity_id order by alias) as entity_id,
    any_value(check_mark order by alias) as check_mark,
    any_value(source order by alias) as source
from {{ ref('company_alias') }}
group by normalised_name
