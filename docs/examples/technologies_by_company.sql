-- Question: Who files what: which companies stand behind each technology, and since when?
-- Answer: Relevant filings whose applicant is recognised as a followed company, by technology.
-- Not: Applicants that are not recognised are missing: absence here proves nothing. A filing may have several
--   technologies and companies, so neither rows nor columns may be added up.
--   Of the demo office all companies are invented, as their names say.
select
    technology.technology,
    company.name_en as company,
    count(distinct filing.invention_id) as inventions,
    min(filing.filing_month) as first_month,
    max(filing.filing_month) as last_month,
    bool_or(filing.is_synthetic) as is_synthetic
from v1.filing as filing
inner join v1.invention_technology as technology using (watch, invention_id)
inner join v1.invention_company as filed_by using (invention_id)
inner join v1.company as company using (company_id)
where filing.watch = 'smart_cities' and filing.is_relevant
group by all
order by inventions desc, technology.technology, company
limit 100
