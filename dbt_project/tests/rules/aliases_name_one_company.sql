-- A name, however spelled, never stands for two entities.
select {{ bare_words('alias') }} as normalised_name, list(distinct entity_id) as entities
from {{ ref('company_alias') }}
group by normalised_name
having count(distinct entity_id) > 1 or normalised_name = ''
