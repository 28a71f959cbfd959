with

seeded as (
    select entity_id, group_id, valid_from, valid_to, check_mark, source
    from {{ ref('company_group') }}
),

by_brand as (
    select
        entity_id,
        brand_group_id as group_id,
        null::date as valid_from,
        null::date as valid_to,
        'M' as check_mark,
        'the brand ' || brand || ' in its name' as source
    from {{ source('ml', 'legal_entity') }}
    -- What the seed says of an entity is dated and wins.
    where brand_group_id is not null and entity_id not in (select entity_id from seeded)
),

-- A group of the demo office takes in what is only on invented filings, and so is gone when real ones come.
invented as (
    select distinct
        assigned.entity_id,
        invented_company.group_id,
        null::date as valid_from,
        null::date as valid_to,
        'V' as check_mark,
        'invented for the demo office' as source
    from {{ ref('invented_company') }} as invented_company
    inner join {{ ref('int_applicant_name') }} as named
        on {{ bare_words('invented_company.alias') }} = named.normalised_name
    inner join {{ source('ml', 'applicant_entity') }} as assigned using (normalised_name)
    where named.is_synthetic and assigned.entity_id is not null
)

select
    entity_id,
    group_id,
    valid_from,
    valid_to,
    coalesce(valid_from, date '0001-01-01') <= {{ as_of() }} and coalesce(valid_to, date '9999-12-31') > {{ as_of() }}
        as is_latest,
    check_mark,
    source
from (from seeded union all by name from by_brand union all by name from invented)
