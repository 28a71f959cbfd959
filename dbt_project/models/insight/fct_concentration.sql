{{ config(tags=['findings']) }}

{#- Below so many filings with a holder no index is told. -#}
{% set least_filings = 10 %}

with

filing as (
    select
        watch,
        subject_kind,
        subject,
        year(filing_date)::integer as filing_year,
        invention_id,
        publication_date,
        is_synthetic
    from {{ ref('int_subject_filing') }}
    where filing_date is not null
),

holder as (
    select * from {{ ref('int_invention_holder') }}
),

observed as (
    select watch, is_synthetic, max(publication_date) filter (where publication_date <= {{ as_of() }}) as observed_until
    from filing
    group by watch, is_synthetic
),

-- Counted twice over: among the companies that are followed, and among all holders that are known.
counted_by as (
    select invention_id, holder_id, 'group' as holders from holder where is_group
    union all
    select invention_id, holder_id, 'known' from holder
),

-- A filing of two holders is half a filing of each, so that shares add up to one.
parted as (
    select
        invention_id,
        holders,
        holder_id,
        1.0::double / count(*) over (partition by invention_id, holders) as part
    from counted_by
),

every as (
    select watch, subject_kind, subject, filing_year, is_synthetic, count(*) as filing_count
    from filing
    group by watch, subject_kind, subject, filing_year, is_synthetic
),

held as (
    select
        filing.watch,
        filing.subject_kind,
        filing.subject,
        filing.filing_year,
        filing.is_synthetic,
        parted.holders,
        parted.holder_id,
        count(*) as filing_count,
        sum(parted.part) as part
    from filing
    inner join parted using (invention_id)
    group by
        filing.watch, filing.subject_kind, filing.subject, filing.filing_year, filing.is_synthetic, parted.holders,
        parted.holder_id
),

shared as (
    select
        *,
        sum(part) over whole as held_count,
        part / sum(part) over whole as share,
        row_number() over (whole order by part desc, holder_id) as place
    from held
    window whole as (partition by watch, subject_kind, subject, filing_year, is_synthetic, holders)
),

gathered as (
    select
        watch,
        subject_kind,
        subject,
        filing_year,
        is_synthetic,
        holders,
        count(*) as company_count,
        round(any_value(held_count))::integer as held_filing_count,
        sum(filing_count) - round(any_value(held_count)) as joint_count,
        arg_min(holder_id, place) as top_1,
        max(share) as top_1_share,
        -- rounding may leave a hair above one
        least(1, sum(share) filter (where place <= 4)) as top_4_share,
        sum(share * share) as herfindahl,
        sum(share * share * share) as cubes
    from shared
    group by watch, subject_kind, subject, filing_year, is_synthetic, holders
),

-- Hall (2005): the index of few filings is too high, and this is what it is too high by. Its error is Simpson's (1949).
corrected as (
    select
        *,
        held_filing_count::double as n,
        case
            when held_filing_count >= {{ least_filings }}
                then greatest(0, (held_filing_count * herfindahl - 1) / (held_filing_count - 1))
        end as herfindahl_corrected,
        sqrt(greatest(0,
            4 * (n - 2) * cubes + 2 * herfindahl - 2 * (2 * n - 3) * herfindahl * herfindahl
        ) / nullif(n * (n - 1), 0)) as herfindahl_error
    from gathered
)

select
    every.watch,
    every.subject_kind,
    every.subject,
    every.filing_year,
    kind.holders,
    every.filing_count::integer as filing_count,
    coalesce(corrected.held_filing_count, 0)::integer as held_filing_count,
    1 - coalesce(corrected.held_filing_count, 0) / every.filing_count as without_holder_share,
    coalesce(corrected.joint_count, 0)::integer as joint_count,
    coalesce(corrected.company_count, 0)::integer as company_count,
    corrected.top_1 as top_1_holder_id,
    corrected.top_1_share,
    corrected.top_4_share,
    corrected.herfindahl,
    corrected.herfindahl_corrected,
    -- greatest and least pass over nulls
    case
        when corrected.herfindahl_corrected is not null
            then greatest(0, corrected.herfindahl_corrected - 1.96 * corrected.herfindahl_error)
    end as herfindahl_low,
    case
        when corrected.herfindahl_corrected is not null
            then least(1, corrected.herfindahl_corrected + 1.96 * corrected.herfindahl_error)
    end as herfindahl_high,
    make_date(every.filing_year + 1, 1, 1) > observed.observed_until - interval {{ publishing_months() }} month
        as is_too_young,
    every.is_synthetic
from every
cross join (values ('group'), ('known')) as kind (holders)
left join observed using (watch, is_synthetic)
left join corrected
    on every.watch = corrected.watch
    and every.subject_kind = corrected.subject_kind
    and every.subject = corrected.subject
    and every.filing_year = corrected.filing_year
    and every.is_synthetic = corrected.is_synthetic
    and kind.holders = corrected.holders
