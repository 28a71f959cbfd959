{{ config(tags=['series']) }}

{#- Below these counts a ratio says nothing: filings of the company, filings of all others, filings in the technology. -#}
{% set least_company, least_others, least_technology = 20, 20, 5 %}

with

filing as (
    select distinct
        watch_filing.watch,
        watch_filing.is_synthetic,
        watch_filing.invention_id,
        invention_group.group_id
    from {{ ref('fct_watch_filing') }} as watch_filing
    inner join {{ ref('bridge_invention_group') }} as invention_group using (invention_id)
    where watch_filing.is_relevant
),

technology as (
    select watch, invention_id, technology from {{ ref('bridge_invention_technology') }}
),

company as (
    select watch, is_synthetic, group_id, count(*) as filing_count
    from filing
    group by watch, is_synthetic, group_id
),

-- A filing of two companies is one filing of all companies.
everyone as (
    select watch, is_synthetic, count(distinct invention_id) as filing_count
    from filing
    group by watch, is_synthetic
),

company_technology as (
    select filing.watch, filing.is_synthetic, filing.group_id, technology.technology, count(*) as filing_count
    from filing
    inner join technology using (watch, invention_id)
    group by filing.watch, filing.is_synthetic, filing.group_id, technology.technology
),

everyone_technology as (
    select
        filing.watch,
        filing.is_synthetic,
        technology.technology,
        count(distinct filing.invention_id) as filing_count
    from filing
    inner join technology using (watch, invention_id)
    group by filing.watch, filing.is_synthetic, technology.technology
),

-- A technology that the company does not touch at all is an answer as well.
compared as (
    select
        company.watch,
        company.group_id,
        everyone_technology.technology,
        company.is_synthetic,
        coalesce(company_technology.filing_count, 0) as filing_count,
        company.filing_count as company_filing_count,
        everyone_technology.filing_count - coalesce(company_technology.filing_count, 0) as other_filing_count,
        everyone.filing_count - company.filing_count as other_company_filing_count
    from company
    inner join everyone using (watch, is_synthetic)
    inner join everyone_technology using (watch, is_synthetic)
    left join company_technology
        on company.watch = company_technology.watch
        and company.is_synthetic = company_technology.is_synthetic
        and company.group_id = company_technology.group_id
        and everyone_technology.technology = company_technology.technology
    where company.filing_count >= {{ least_company }}
        and everyone.filing_count - company.filing_count >= {{ least_others }}
        and everyone_technology.filing_count >= {{ least_technology }}
),

-- Half a filing is added to each count, so that no ratio and no error is infinite (Walter's log ratio).
logarithmic as (
    select
        *,
        ln((filing_count + 0.5) / (company_filing_count + 0.5))
        - ln((other_filing_count + 0.5) / (other_company_filing_count + 0.5)) as log_ratio,
        sqrt(
            1 / (filing_count + 0.5) - 1 / (company_filing_count + 0.5)
            + 1 / (other_filing_count + 0.5) - 1 / (other_company_filing_count + 0.5)
        ) as log_error
    from compared
)

select
    watch,
    group_id,
    technology,
    filing_count::integer as filing_count,
    company_filing_count::integer as company_filing_count,
    filing_count / company_filing_count as company_share,
    other_filing_count::integer as other_filing_count,
    other_company_filing_count::integer as other_company_filing_count,
    other_filing_count / other_company_filing_count as other_share,
    exp(log_ratio) as ratio,
    exp(log_ratio - 1.96 * log_error) as ratio_low,
    exp(log_ratio + 1.96 * log_error) as ratio_high,
    filing_count >= {{ least_technology }} and log_ratio - 1.96 * log_error > 0 as is_focus,
    is_synthetic
from logarithmic
