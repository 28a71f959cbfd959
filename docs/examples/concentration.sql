-- Question: In how few hands does a technology lie, and is it more or fewer over the years?
-- Answer: herfindahl_corrected is the chance that two filings of the year have the same holder; top_4_share is the part of
--   the four largest.
-- Not: Filings of which nobody is known are in no share (without_holder_share), and names that were not joined make hands
--   seem more than they are. Years that are too young change.
select
    subject as technology,
    filing_year,
    filing_count,
    held_filing_count,
    round(without_holder_share, 3) as without_holder_share,
    company_count,
    round(top_1_share, 3) as top_1_share,
    round(top_4_share, 3) as top_4_share,
    round(herfindahl_corrected, 3) as herfindahl_corrected,
    round(herfindahl_low, 3) as herfindahl_low,
    round(herfindahl_high, 3) as herfindahl_high,
    is_too_young,
    is_synthetic
from v1.concentration
where watch = 'smart_cities' and subject_kind = 'technology' and holders = 'known'
order by technology, filing_year
limit 200
