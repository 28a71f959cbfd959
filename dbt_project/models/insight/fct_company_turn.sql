{{ config(tags=['findings']) }}

{#- What is compared, and from how many filings on. Both windows hold only what was published within the same delay of its
    filing, and end so long ago that all of that is out. -#}
{% set delay_months, recent_months, before_months = publishing_months() | int, 24, 60 %}
{% set least_company, least_subject = 20, 5 %}
{#- An office that was last heard of so long before the others takes no part: its recent window would be empty. -#}
{% set silent_days = 180 %}

with

held as (
    select * from {{ ref('int_subject_filing') }} where publication_date <= {{ as_of() }}
),

invention_group as (
    select * from {{ ref('bridge_invention_group') }}
),

observed as (
    select watch, is_synthetic, max(publication_date) as observed_until from held group by watch, is_synthetic
),

heard_of as (
    select held.watch, held.is_synthetic, held.office, any_value(observed.observed_until) as observed_until
    from held
    inner join observed using (watch, is_synthetic)
    group by held.watch, held.is_synthetic, held.office
    having max(held.publication_date) >= any_value(observed.observed_until) - interval {{ silent_days }} day
),

-- Windows are whole months, [before_from, recent_from) and [recent_from, recent_to).
span as (
    select
        watch,
        is_synthetic,
        office,
        observed_until,
        (date_trunc('month', observed_until) - interval {{ delay_months }} month)::date as recent_to,
        (date_trunc('month', observed_until) - interval {{ delay_months + recent_months }} month)::date
            as recent_from,
        (date_trunc('month', observed_until)
            - interval {{ delay_months + recent_months + before_months }} month)::date as before_from
    from heard_of
),

windowed as (
    select
        held.watch,
        held.is_synthetic,
        held.subject_kind,
        held.subject,
        held.invention_id,
        held.filing_date >= span.recent_from as is_recent
    from held
    inner join span using (watch, is_synthetic, office)
    where held.filing_date >= span.before_from
        and held.filing_date < span.recent_to
        and held.publication_date < held.filing_date + interval {{ delay_months }} month
),

by_company as (
    select windowed.*, invention_group.group_id
    from windowed
    inner join invention_group using (invention_id)
),

company as (
    select
        watch,
        is_synthetic,
        group_id,
        count_if(is_recent) as recent_total,
        count_if(not is_recent) as before_total
    from by_company
    where subject_kind = 'all'
    group by watch, is_synthetic, group_id
),

company_subject as (
    select
        watch,
        is_synthetic,
        group_id,
        subject_kind,
        subject,
        count_if(is_recent) as recent_count,
        count_if(not is_recent) as before_count
    from by_company
    where subject_kind <> 'all'
    group by watch, is_synthetic, group_id, subject_kind, subject
),

-- A filing of two companies is one filing of all companies.
everyone as (
    select
        watch,
        is_synthetic,
        count(distinct invention_id) filter (where is_recent) as recent_total,
        count(distinct invention_id) filter (where not is_recent) as before_total
    from by_company
    where subject_kind = 'all'
    group by watch, is_synthetic
),

everyone_subject as (
    select
        watch,
        is_synthetic,
        subject_kind,
        subject,
        count(distinct invention_id) filter (where is_recent) as recent_count,
        count(distinct invention_id) filter (where not is_recent) as before_count
    from by_company
    where subject_kind <> 'all'
    group by watch, is_synthetic, subject_kind, subject
),

compared as (
    select
        company_subject.watch,
        company_subject.group_id,
        company_subject.subject_kind,
        company_subject.subject,
        company_subject.recent_count,
        company.recent_total,
        company_subject.before_count,
        company.before_total,
        everyone_subject.recent_count - company_subject.recent_count as other_recent_count,
        everyone.recent_total - company.recent_total as other_recent_total,
        everyone_subject.before_count - company_subject.before_count as other_before_count,
        everyone.before_total - company.before_total as other_before_total,
        company_subject.is_synthetic
    from company_subject
    inner join company using (watch, is_synthetic, group_id)
    inner join everyone using (watch, is_synthetic)
    inner join everyone_subject using (watch, is_synthetic, subject_kind, subject)
),

-- Half a filing is added to each count, so that no ratio and no error is infinite (Walter's log ratio).
logarithmic as (
    select
        *,
        recent_total >= {{ least_company }} and before_total >= {{ least_company }} as is_enough,
        other_recent_total >= {{ least_company }} and other_before_total >= {{ least_company }} as are_peers_enough,
        ln((recent_count + 0.5) / (recent_total + 0.5)) - ln((before_count + 0.5) / (before_total + 0.5))
            as log_ratio,
        sqrt(
            1 / (recent_count + 0.5) - 1 / (recent_total + 0.5) + 1 / (before_count + 0.5) - 1 / (before_total + 0.5)
        ) as log_error,
        ln((other_recent_count + 0.5) / (other_recent_total + 0.5))
        - ln((other_before_count + 0.5) / (other_before_total + 0.5)) as other_log_ratio,
        sqrt(
            1 / (other_recent_count + 0.5) - 1 / (other_recent_total + 0.5)
            + 1 / (other_before_count + 0.5) - 1 / (other_before_total + 0.5)
        ) as other_log_error
    from compared
),

judged as (
    select
        *,
        case
            when not is_enough then 'too few'
            when log_ratio - 1.96 * log_error > 0 and recent_count >= {{ least_subject }} then 'turned to'
            when log_ratio + 1.96 * log_error < 0 and before_count >= {{ least_subject }} then 'turned away'
            else 'no turn'
        end as verdict,
        log_ratio - other_log_ratio as relative_log_ratio,
        sqrt(log_error * log_error + other_log_error * other_log_error) as relative_log_error
    from logarithmic
)

select
    judged.watch,
    judged.group_id,
    judged.subject_kind,
    judged.subject,
    judged.verdict,
    judged.recent_count::integer as recent_count,
    judged.recent_total::integer as recent_total,
    judged.before_count::integer as before_count,
    judged.before_total::integer as before_total,
    case when judged.is_enough then exp(judged.log_ratio) end as ratio,
    case when judged.is_enough then exp(judged.log_ratio - 1.96 * judged.log_error) end as ratio_low,
    case when judged.is_enough then exp(judged.log_ratio + 1.96 * judged.log_error) end as ratio_high,
    judged.other_recent_count::integer as other_recent_count,
    judged.other_recent_total::integer as other_recent_total,
    judged.other_before_count::integer as other_before_count,
    judged.other_before_total::integer as other_before_total,
    case when judged.is_enough and judged.are_peers_enough then exp(judged.relative_log_ratio) end
        as relative_ratio,
    case
        when judged.is_enough and judged.are_peers_enough
            then exp(judged.relative_log_ratio - 1.96 * judged.relative_log_error)
    end as relative_ratio_low,
    case
        when judged.is_enough and judged.are_peers_enough
            then exp(judged.relative_log_ratio + 1.96 * judged.relative_log_error)
    end as relative_ratio_high,
    span.before_from,
    span.recent_from,
    span.recent_to,
    span.observed_until,
    judged.is_synthetic
from judged
inner join (select distinct watch, is_synthetic, before_from, recent_from, recent_to, observed_until from span) as span
    using (watch, is_synthetic)
