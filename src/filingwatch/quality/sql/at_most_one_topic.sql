with

topics as (select distinct watch, topic_id from ml.topic)

select watch, invention_id, count(distinct topic_id) as topic_count, 'stands more than once' as difference
from insight.fct_watch_filing
group by watch, invention_id
having count(*) > 1
union all
select filing.watch, filing.invention_id, 1, 'its topic ' || filing.topic_id || ' is not known'
from insight.fct_watch_filing as filing
anti join topics on topics.watch = filing.watch and topics.topic_id = filing.topic_id
where filing.topic_id is not null
order by all
