-- The last count that was kept of every month is the count of today, by number and by members.
with

present as (
    select
        '' as watch, office, patent_type, filing_month, is_synthetic, count(*) as filing_count,
        bit_xor(md5_number_lower(invention_id))::varchar as members_hash
    from {{ ref('fct_invention') }}
    where filing_month is not null
    group by office, patent_type, filing_month, is_synthetic
    union all
    select
        watch, office, patent_type, filing_month, is_synthetic, count(*) as filing_count,
        bit_xor(md5_number_lower(invention_id))::varchar as members_hash
    from {{ ref('fct_watch_filing') }}
    where is_relevant and filing_month is not null
    group by watch, office, patent_type, filing_month, is_synthetic
),

latest as (
    select
        watch, office, patent_type, filing_month, is_synthetic,
        arg_max(filing_count, taken_at) as filing_count,
        arg_max(members_hash, taken_at) as members_hash
    from {{ source('ops', 'month_vintage') }}
    group by all
    having arg_max(filing_count, taken_at) > 0
),

counted as (
    -- Read for the order alone: revisions are built when the vintages of the run have been taken.
    select count(*) as revisions from {{ ref('fct_revision') }}
)

select *
from present
full join latest using (watch, office, patent_type, filing_month, is_synthetic)
cross join counted
where present.filing_count is distinct from latest.filing_count
    or present.members_hash is distinct from latest.members_hash
