-- Of all sources that count an office and type exactly one speaks, and invented counts never beside real ones.
select office, patent_type, is_synthetic, count(*) filter (where is_chosen) as speaking
from {{ ref('dim_background') }}
group by office, patent_type, is_synthetic
having count(*) filter (where is_chosen) <> 1
