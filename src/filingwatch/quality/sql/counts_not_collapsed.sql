-- Nothing in raw is ever deleted, so publications can hardly become fewer; inventions are linked and relevance is
-- judged anew, so these may move.
with

counts as (
    select 'core.dim_publication' as table_name, count(*) as row_count, 0.95 as least_share from core.dim_publication
    union all
    select 'core.fct_invention', count(*), 0.8 from core.fct_invention
    union all
    select 'insight.fct_watch_filing', count(*), 0.5 from insight.fct_watch_filing
    union all
    select 'insight.fct_series_month', count(*), 0.5 from insight.fct_series_month
),

world as (select coalesce(bool_or(is_synthetic), false) as is_synthetic from core.dim_publication),

compared as (
    select
        counts.*,
        previous.row_count as previous_count,
        case
            when previous.row_count is null then 'not compared: not in a previous publication'
            when previous.is_synthetic is distinct from world.is_synthetic
                then 'not compared: the previous publication was ' || if(previous.is_synthetic, 'synthetic', 'another world')
        end as excuse
    from counts
    left join gate_previous as previous using (table_name)
    cross join world
)

select
    table_name as subject,
    row_count as value,
    case when excuse is null then ceil(least_share * previous_count) end as low,
    null::double as high,
    format('{:,} rows', row_count) as observed,
    coalesce(
        excuse,
        format('at least {:.0f} % of {:,} rows in the last publication', 100 * least_share, previous_count)
    ) as expected
from compared
order by subject
