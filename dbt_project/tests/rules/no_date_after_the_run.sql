-- No office publishes in advance, and nothing is published before it is filed.
select invention_id as id, filing_date, earliest_publication_date as publication_date
from {{ ref('fct_invention') }}
where filing_date > {{ as_of() }}
    or earliest_publication_date > {{ as_of() }}
    or filing_date > earliest_publication_date

union all

select publication_id, filing_date, publication_date
from {{ ref('dim_publication') }}
where filing_date > {{ as_of() }}
    or publication_date > {{ as_of() }}
    or filing_date > publication_date
