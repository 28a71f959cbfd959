-- Question: How many filings belong to a watch each month, by office and kind, raw and as a share of all filings?
-- Answer: relevant_count is raw. relevant_share divides by all inventions of that office, kind and month in this file;
--   expected_count adds what has been filed but not published yet, by the office's own delays.
-- Not: The newest months are incomplete and fall for that reason alone. A share is relative to what this installation
--   received, which is no office's total: use a background of all sectors for that, where one was imported.
select
    month.filing_month,
    month.office,
    month.patent_type,
    month.relevant_count,
    month.filing_count,
    round(month.relevant_count / month.filing_count, 3) as relevant_share,
    round(month.relevant_count / nullif(completeness.completeness_share, 0), 1) as expected_count,
    coalesce(completeness.is_too_young, false) as is_too_young,
    month.is_synthetic
from v1.filing_month as month
left join v1.completeness as completeness
    using (office, patent_type, filing_month, is_synthetic)
where month.watch = 'smart_cities' and month.filing_count > 0
order by month.filing_month desc, month.office, month.patent_type
