with

known as (
    select
        group_id,
        name_en,
        name_zh,
        check_mark,
        source,
        false as is_synthetic
    from {{ ref('company') }}
),

-- Invented companies exist only where invented filings do.
invented as (
    select distinct
        group_id,
        name_en,
        name_zh,
        'V' as check_mark,
        'invented for the demo office' as source,
        true as is_synthetic
    from {{ ref('invented_company') }}
    where exists (select 1 from {{ ref('dim_publication') }} where is_synthetic)
)

select * from known
union all
select * from invented
