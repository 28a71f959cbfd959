-- The reporting triangle holds every invention once, and no publication before its filing.
with

counted as (
    select coalesce(sum(filing_count), 0) as filings, count(*) filter (where publication_month < filing_month) as before
    from {{ ref('fct_reporting_triangle') }}
),

expected as (
    select count(*) as filings from {{ ref('fct_invention') }}
)

select counted.filings, expected.filings as expected_filings, counted.before
from counted
cross join expected
where counted.filings <> expected.filings or counted.before > 0
