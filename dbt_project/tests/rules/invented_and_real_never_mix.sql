-- Synthetic filings are used only while there are no real ones.
select count(*) filter (where is_synthetic) as invented, count(*) filter (where not is_synthetic) as genuine
from {{ ref('dim_publication') }}
having count(*) filter (where is_synthetic) > 0 and count(*) filter (where not is_synthetic) > 0
