{{ config(tags=['findings']) }}

with

filing as (
    select * from {{ ref('int_subject_filing') }}
),

holder as (
    select * from {{ ref('int_invention_holder') }}
),

-- Each filing at its office, and once more among those of all offices.
placed as (
    select * exclude (office), unnest([office, '*']) as office from filing
),

-- The first hundredth of what is held is left out: a single old document does not say that its time is covered.
held as (
    select
        watch,
        office,
        is_synthetic,
        quantile_disc(filing_date, 0.01) as held_from,
        max(publication_date) filter (where publication_date <= {{ as_of() }}) as observed_until
    from placed
    where subject_kind = 'all' and filing_date is not null
    group by watch, office, is_synthetic
),

moved as (
    select
        placed.watch,
        placed.subject_kind,
        placed.subject,
        placed.office,
        holder.holder_id,
        holder.is_group,
        placed.is_synthetic,
        count(placed.filing_date)::integer as filing_count,
        count_if(placed.filing_date is null)::integer as undated_filing_count,
        min(placed.filing_date) as first_filing_date,
        arg_min(placed.invention_id, (placed.filing_date, placed.invention_id))
            filter (where placed.filing_date is not null) as first_invention_id,
        min(placed.publication_date) as first_publication_date
    from placed
    inner join holder using (invention_id)
    group by
        placed.watch, placed.subject_kind, placed.subject, placed.office, holder.holder_id, holder.is_group,
        placed.is_synthetic
),

-- Who else was there by then, whether or not a group is known for them.
entity_arrival as (
    select watch, subject_kind, subject, office, is_synthetic, first_filing_date as day, count(*) as arrived
    from moved
    where not is_group and first_filing_date is not null
    group by watch, subject_kind, subject, office, is_synthetic, first_filing_date
),

entity_until as (
    select
        * exclude (arrived),
        sum(arrived) over (
            partition by watch, subject_kind, subject, office, is_synthetic order by day
        ) as entity_count
    from entity_arrival
),

filing_until as (
    select
        watch,
        subject_kind,
        subject,
        office,
        is_synthetic,
        filing_date as day,
        sum(count(*)) over (
            partition by watch, subject_kind, subject, office, is_synthetic order by filing_date
        ) as filing_count
    from placed
    where filing_date is not null
    group by watch, subject_kind, subject, office, is_synthetic, filing_date
),

ranked as (
    select
        watch,
        subject_kind,
        subject,
        office,
        holder_id as group_id,
        filing_count,
        undated_filing_count,
        first_filing_date,
        first_invention_id,
        first_publication_date,
        case
            when first_filing_date is not null
                then rank() over (
                    partition by watch, subject_kind, subject, office, is_synthetic
                    order by first_filing_date nulls last
                )
        end as filing_rank,
        rank() over (
            partition by watch, subject_kind, subject, office, is_synthetic
            order by first_publication_date nulls last
        ) as publication_rank,
        count(first_filing_date) over (
            partition by watch, subject_kind, subject, office, is_synthetic
        ) as company_count,
        lead(first_filing_date) over (
            partition by watch, subject_kind, subject, office, is_synthetic
            order by first_filing_date nulls last, holder_id
        ) as next_filing_date,
        count(*) over (
            partition by watch, subject_kind, subject, office, is_synthetic, first_filing_date
        ) as same_day_count,
        is_synthetic
    from moved
    where is_group
)

select
    ranked.watch,
    ranked.subject_kind,
    ranked.subject,
    ranked.office,
    ranked.group_id,
    ranked.filing_count,
    ranked.undated_filing_count,
    ranked.first_filing_date,
    ranked.first_invention_id,
    ranked.first_publication_date,
    ranked.filing_rank::integer as filing_rank,
    case when ranked.first_publication_date is not null then ranked.publication_rank::integer end as publication_rank,
    ranked.company_count::integer as company_count,
    case
        when ranked.first_filing_date is null then null
        when ranked.same_day_count > 1 then 0
        else (ranked.next_filing_date - ranked.first_filing_date)::integer
    end as lead_days,
    case when ranked.first_filing_date is not null then coalesce(filing_until.filing_count, 0)::integer end
        as earlier_filing_count,
    case when ranked.first_filing_date is not null then coalesce(entity_until.entity_count, 0)::integer end
        as earlier_entity_count,
    held.held_from,
    held.observed_until,
    ranked.first_filing_date < held.held_from + interval 1 year as is_left_censored,
    ranked.first_filing_date > held.observed_until - interval {{ publishing_months() }} month as is_provisional,
    ranked.is_synthetic
from ranked
left join held using (watch, office, is_synthetic)
-- the last day before the company's first
asof left join filing_until
    on ranked.watch = filing_until.watch
    and ranked.subject_kind = filing_until.subject_kind
    and ranked.subject = filing_until.subject
    and ranked.office = filing_until.office
    and ranked.is_synthetic = filing_until.is_synthetic
    and ranked.first_filing_date > filing_until.day
asof left join entity_until
    on ranked.watch = entity_until.watch
    and ranked.subject_kind = entity_until.subject_kind
    and ranked.subject = entity_until.subject
    and ranked.office = entity_until.office
    and ranked.is_synthetic = entity_until.is_synthetic
    and ranked.first_filing_date > entity_until.day
