-- Question: Which relevant filings are new since the version published before this one?
-- Answer: Relevant filings that this installation saw first after that version, the newest first; all of them where
--   there was none before. Put a timestamp of your own (UTC) in the place of the subquery to ask since another day.
-- Not: New here is not newly filed: an import of old files is new on the day when it comes.
select
    invention.first_seen_at,
    filing.title,
    filing.office,
    invention.filing_date,
    invention.first_publication_date,
    round(filing.relevance_probability, 3) as relevance,
    filing.topic,
    filing.url,
    filing.is_synthetic
from v1.filing as filing
inner join v1.invention as invention using (invention_id)
where
    filing.watch = 'smart_cities'
    and filing.is_relevant
    and invention.first_seen_at > coalesce(
        (
            select max(logged.logged_at)
            from ops.publication_log as logged, ops.this_publication as this
            where logged.action = 'published' and logged.version < this.version
        ),
        timestamp '1970-01-01'
    )
order by invention.first_seen_at desc, filing.invention_id
limit 100
