-- Question: Which months are too young to be judged, and how much of the others is still to come?
-- Answer: completeness_share is the part of a month's filings that is expected to be published by now, learned from how
--   long the office took in the last three years; months of which too little can be known have is_too_young.
-- Not: An office that changes its pace makes these shares wrong until the change is learned. Unknown is null, not 1.
select
    filing_month,
    office,
    patent_type,
    filing_count,
    round(completeness_share, 3) as completeness_share,
    round(completeness_share_low, 3) as share_low,
    round(completeness_share_high, 3) as share_high,
    round(expected_count, 1) as expected_count,
    is_too_young
from v1.completeness
where completeness_share < 0.99 or is_too_young
order by filing_month desc, office, patent_type
