-- Question: Which rights are at stake in what is filed, by technology, and how has that grown?
-- Answer: Relevant filings by the right that the watch ties to their technology, in total and in the last five years
--   before the newest month.
-- Not: A filing is not a deployment, and no court or body has judged it. A filing counts for each right and technology
--   that it has: rows must not be added up.
select
    right_code,
    technology,
    basis,
    sum(filing_count)::integer as filings,
    coalesce(sum(filing_count) filter (
        filing_month > (select max(filing_month) from v1.rights_exposure) - interval 5 year
    ), 0)::integer as filings_last_five_years,
    min(filing_month) as first_month,
    bool_or(is_synthetic) as is_synthetic
from v1.rights_exposure
where watch = 'smart_cities'
group by all
order by filings desc, right_code, technology
