-- Every record of every page has gone somewhere, and the page counted them as the books do.
with

filing_page as (
    select * from {{ ref('stg_page') }}
    -- Pages of decisions, of counts and of cases carry no records about publications.
    where source not in ('decisions', 'background', 'export_cases')
),

booked as (
    select
        page_id,
        count(*) as records,
        count(*) filter (where outcome = 'rejected') as rejects,
        count(*) filter (where outcome = 'new') as new_records,
        count(*) filter (where outcome = 'changed') as changed_records
    from {{ ref('fct_record_fate') }}
    group by page_id
)

select
    filing_page.page_id,
    filing_page.record_count + filing_page.reject_count - coalesce(booked.records, 0) as records_missing,
    filing_page.reject_count - coalesce(booked.rejects, 0) as rejects_missing,
    filing_page.new_count - coalesce(booked.new_records, 0) as new_missing,
    filing_page.changed_count - coalesce(booked.changed_records, 0) as changed_missing
from filing_page
left join booked using (page_id)
where records_missing <> 0 or rejects_missing <> 0 or new_missing <> 0 or changed_missing <> 0
