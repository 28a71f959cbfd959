with

company as (
    select group_id, name_en, name_zh from {{ ref('dim_group') }}
),

member as (
    select entity_id, group_id from {{ ref('bridge_entity_group') }}
),

named as (
    select group_id, 'group' as kind, unnest([group_id, name_en, name_zh]) as name from company
    union all
    -- Alibaba and Ant, 阿里巴巴、蚂蚁: each of the two alone
    select group_id, 'group', unnest(string_split_regex(name_en, ' and ')) from company where name_en like '% and %'
    union all
    select group_id, 'group', unnest(string_split_regex(name_zh, '、')) from company where name_zh like '%、%'
    union all
    select group_id, 'brand', brand from {{ ref('company_brand') }}
    union all
    select member.group_id, 'alias', alias.alias
    from {{ ref('company_alias') }} as alias
    inner join member using (entity_id)
    union all
    select member.group_id, 'entity', unnest([entity.name_latin, entity.name_zh])
    from {{ ref('dim_legal_entity') }} as entity
    inner join member using (entity_id)
    union all
    select member.group_id, 'as filed', applicant.name
    from {{ ref('dim_applicant') }} as applicant
    inner join member using (entity_id)
)

select
    group_id,
    {{ bare_words('name') }} as normalised_name,
    -- the plainest source of a name that several have
    arg_min(kind, list_position(['group', 'brand', 'entity', 'alias', 'as filed'], kind)) as kind,
    arg_min(name, (list_position(['group', 'brand', 'entity', 'alias', 'as filed'], kind), name)) as name
from named
where {{ bare_words('name') }} <> ''
group by group_id, normalised_name
