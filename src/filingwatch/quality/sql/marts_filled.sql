with

sources as (
    select 'core.fct_invention' as subject, (select count(*) from core.fct_invention) as row_count,
        (select count(*) from (from raw.publication where not is_deleted limit 1)) as least_count,
        'raw holds publications' as reason
    union all
    select 'insight.fct_filing_month', (select count(*) from insight.fct_filing_month),
        (
            select count(*)
            from (from core.fct_invention cross join raw.watch where filing_month is not null limit 1)
        ),
        'there are watches and dated inventions'
    union all
    select 'insight.fct_reporting_triangle', (select count(*) from insight.fct_reporting_triangle),
        (
            select count(*)
            from (from core.fct_invention where filing_month is not null and publication_month is not null limit 1)
        ),
        'there are dated, published inventions'
    union all
    select 'insight.fct_watch_filing', (select count(*) from insight.fct_watch_filing),
        (select count(*) from (from core.fct_invention cross join raw.watch limit 1)),
        'there are watches and inventions'
    union all
    select 'insight.fct_series_month', (select count(*) from insight.fct_series_month),
        (select count(*) from (from insight.dim_series limit 1)), 'there are series'
)

select
    subject,
    row_count as value,
    least_count as low,
    null::double as high,
    format('{:,} rows', row_count) as observed,
    if(least_count > 0, 'at least one row, since ' || reason, 'may be empty: not yet true that ' || reason) as expected
from sources
