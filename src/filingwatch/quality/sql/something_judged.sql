with

counts as (
    select
        'core.dim_publication' as subject,
        (select count(*) from core.dim_publication) as row_count,
        (select count(*) from (from raw.publication where not is_deleted limit 1)) as least_count,
        'raw holds publications' as reason
    union all
    select
        'core.fct_record_fate',
        (select count(*) from core.fct_record_fate),
        (select count(*) from (from raw.sighting limit 1)),
        'records were landed'
)

select
    subject,
    row_count as value,
    least_count as low,
    null::double as high,
    format('{:,} rows', row_count) as observed,
    if(least_count > 0, 'at least one row, since ' || reason, 'may be empty: not yet true that ' || reason) as expected
from counts
