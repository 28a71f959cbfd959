-- An invention has a filing date or a reason why not, never both and never neither.
select invention_id, filing_date, undated_reason
from {{ ref('fct_invention') }}
where (filing_date is null) <> (undated_reason is not null)
