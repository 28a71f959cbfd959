-- NaN is larger than every number to DuckDB, so `between` does not hold for it. A filing that no model has judged yet
-- has no probability, which is allowed; what a job has written is never null.
select 'ml.relevance' as table_name, watch || '/' || invention_id as id, probability as value
from ml.relevance
where not coalesce(probability between 0 and 1, false)
union all
select 'ml.relevance, without a person', watch || '/' || invention_id, model_probability
from ml.relevance
where not model_probability between 0 and 1
union all
select 'insight.fct_watch_filing', watch || '/' || invention_id, probability
from insight.fct_watch_filing
where not probability between 0 and 1
union all
select 'ml.changepoint', changepoint_id, probability
from ml.changepoint
where not coalesce(probability between 0 and 1, false)
union all
select 'ml.series_fit', series_id || '/' || filing_month, completeness
from ml.series_fit
where not coalesce(completeness between 0 and 1, false)
order by all
