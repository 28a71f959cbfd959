-- Question: Which counts of past months have changed since they were first made, and why?
-- Answer: For each run and month: the count before and after, and the main reason (published since, withdrawn, linked,
--   corrected, judged otherwise). (all) counts all dated inventions, whatever the watches say.
-- Not: A change is no mistake: months fill up as offices publish. Before a second night nothing can have changed, so
--   the answer is empty on a first one.
-- May be empty.
select
    as_of,
    case watch when '' then '(all)' else watch end as watch,
    office,
    patent_type,
    filing_month as month,
    count_before as before,
    count_after as after,
    main_reason as reason,
    is_synthetic
from v1.revision
order by as_of desc, abs(difference_count) desc, watch, filing_month, office, patent_type
limit 100
