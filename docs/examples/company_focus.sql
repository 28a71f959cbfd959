-- Question: What does a company file more than its peers?
-- Answer: ratio is the company's share of filings in a technology, divided by the share among all other companies whose
--   name is recognised; is_focus where the interval lies above 1.
-- Not: Each interval holds for one comparison: among many, some lie above 1 by chance. Subsidiaries whose names are not
--   recognised are missing, and a company's filings are not its products.
--   Of the demo office all companies are invented, as their names say.
select
    company.name_en as company,
    focus.technology,
    focus.filing_count,
    focus.company_filing_count,
    round(focus.company_share, 3) as company_share,
    round(focus.other_share, 3) as other_share,
    round(focus.ratio, 2) as ratio,
    round(focus.ratio_low, 2) as ratio_low,
    round(focus.ratio_high, 2) as ratio_high,
    focus.is_focus,
    focus.is_synthetic
from v1.company_focus as focus
inner join v1.company as company using (company_id)
where focus.watch = 'smart_cities'
order by focus.ratio desc nulls last
limit 50
