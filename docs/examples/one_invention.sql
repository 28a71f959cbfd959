-- Question: Why are several publications counted as one invention?
-- Answer: The inventions with the most publications, each publication with the rule that ties it to the invention and
--   what the rule found.
-- Not: Rules can err. `filingwatch links` shows how a person overrules one; that stands for later publications too.
with largest as (
    select invention_id, title, publication_count
    from v1.invention
    where publication_count > 1
    order by publication_count desc, invention_id
    limit 10
)

select
    largest.invention_id,
    largest.title,
    publication.publication_id,
    publication.kind_label,
    publication.filing_date,
    publication.publication_date,
    reason.rule,
    reason.detail
from largest
inner join v1.publication as publication using (invention_id)
inner join v1.link_reason as reason using (publication_id)
order by largest.publication_count desc, largest.invention_id, publication.publication_date, reason.rule
