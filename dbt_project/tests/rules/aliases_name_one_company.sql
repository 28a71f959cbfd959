-- A name, however spelled, never stands for two groups.
select {{ bare_words('alias') }} as normalised_name, list(distinct group_id) as groups
from {{ ref('company_alias') }}
group by normalised_name
having count(distinct group_id) > 1 or normalised_name = ''
