{{ config(tags=['findings']) }}

with

page as (
    select * from {{ ref('stg_page') }}
),

fate as (
    select * from {{ ref('fct_record_fate') }}
),

publication as (
    select publication_id, invention_id from {{ ref('dim_publication') }}
),

invention as (
    select invention_id, filing_date is not null as is_dated from {{ ref('fct_invention') }}
),

record as (
    select page.delivery_id, fate.publication_id, fate.fate
    from fate
    inner join page using (page_id)
),

-- Pages of decisions have records, but none about publications: they are no import.
import_page as (
    select *
    from page
    where record_count + reject_count = 0 or page_id in (select page_id from fate)
),

delivery as (
    select
        delivery_id,
        any_value(source) as source,
        any_value(feed) as feed,
        any_value(asked_for) as file,
        min(run_id) as first_run_id,
        min(fetched_at) as first_fetched_at,
        count(*) as pages
    from import_page
    group by delivery_id
),

record_count as (
    select
        delivery_id,
        count(*) as rows,
        count(*) filter (where fate = 'rejected') as rejects,
        count(*) filter (where fate in ('deleted_by_office', 'synthetic_retired')) as set_aside
    from record
    group by delivery_id
),

delivered_publication as (
    select delivery_id, publication_id, bool_or(fate = 'in_mart') as is_in_mart
    from record
    where publication_id is not null
    group by delivery_id, publication_id
),

publication_count as (
    select delivery_id, count(*) as publications
    from delivered_publication
    group by delivery_id
),

delivered_invention as (
    select distinct delivered_publication.delivery_id, invention.invention_id, invention.is_dated
    from delivered_publication
    inner join publication using (publication_id)
    inner join invention using (invention_id)
    where delivered_publication.is_in_mart
),

invention_count as (
    select
        delivery_id,
        count(*) as inventions,
        count(*) filter (where is_dated) as dated
    from delivered_invention
    group by delivery_id
)

select
    delivery.delivery_id,
    delivery.first_run_id,
    delivery.source,
    delivery.feed,
    delivery.file,
    delivery.first_fetched_at,
    delivery.pages::integer as pages,
    coalesce(record_count.rows, 0)::integer as rows,
    coalesce(publication_count.publications, 0)::integer as publications,
    coalesce(invention_count.inventions, 0)::integer as inventions,
    coalesce(invention_count.dated, 0)::integer as dated,
    coalesce(invention_count.inventions - invention_count.dated, 0)::integer as undated,
    coalesce(record_count.rejects, 0)::integer as rejects,
    coalesce(record_count.set_aside, 0)::integer as set_aside
from delivery
left join record_count using (delivery_id)
left join publication_count using (delivery_id)
left join invention_count using (delivery_id)
