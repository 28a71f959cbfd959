-- Question: What are the filings about, and which topics grow?
-- Answer: Relevant filings of each topic by year of filing, with its terms in both languages. A topic keeps its id.
-- Not: The two newest years are incomplete, for some offices more than for others: compare topics within a year rather
--   than a topic's newest years with its older ones. A name is made of terms by rule until a person gives one.
with yearly as (
    select watch, topic_id, year(filing_month) as filing_year, sum(filing_count)::integer as filings
    from v1.topic_month
    group by all
)

select
    yearly.filing_year,
    topic.name,
    yearly.filings,
    round(yearly.filings / sum(yearly.filings) over (partition by yearly.filing_year), 3) as share_of_year,
    topic.terms_en[1:5] as terms_en,
    topic.terms_zh[1:5] as terms_zh
from yearly
inner join v1.topic as topic using (watch, topic_id)
where watch = 'smart_cities'
order by yearly.filing_year desc, yearly.filings desc, topic.name
