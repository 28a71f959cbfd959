-- Question: Which terms of the query bring filings that nothing else brings, and which bring only rejects?
-- Answer: hit_count holds the term, only_count is reached by it alone; the verdict needs at least twelve labels.
-- Not: A term without hits may have none because no source was asked for it. A share of labels is one of those that
--   people read, which were not all drawn at random.
select
    watch,
    role,
    term,
    hit_count,
    only_count,
    relevant_labels,
    irrelevant_labels,
    round(collision_rate, 2) as collision_rate,
    verdict
from v1.term_yield
order by watch, verdict, hit_count desc, role, term
