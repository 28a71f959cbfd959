with

seeded as (
    select entity_id, name_en, name_zh, check_mark, source from {{ ref('company_entity') }}
),

entity as (
    select entity_id, body from {{ source('ml', 'legal_entity') }}
),

spelling as (
    select
        assigned.entity_id,
        named.name,
        named.use_count,
        named.country,
        named.is_synthetic,
        -- Japanese firms write Chinese characters too; their names are no Chinese names.
        regexp_matches(named.name, '\p{Han}')
        and not regexp_matches(named.name, '\p{Hiragana}|\p{Katakana}|\p{Hangul}|株式会社|有限会社|合同会社') as is_chinese,
        not regexp_matches(named.name, '\p{Han}|\p{Hiragana}|\p{Katakana}|\p{Hangul}|\p{Cyrillic}') as is_latin
    from {{ source('ml', 'applicant_entity') }} as assigned
    inner join {{ ref('int_applicant_name') }} as named using (normalised_name)
    where assigned.entity_id is not null
),

used as (
    select
        entity_id,
        arg_max(name, (use_count, name)) as usual_name,
        arg_max(name, (use_count, name)) filter (where is_latin) as name_latin,
        arg_max(name, (use_count, name)) filter (where is_chinese) as name_zh,
        count(*)::integer as name_count,
        sum(use_count)::integer as use_count,
        arg_max(country, (use_count, name)) filter (where country is not null) as country,
        bool_and(is_synthetic) as is_synthetic
    from spelling
    group by entity_id
)

select
    entity_id,
    coalesce(seeded.name_en, used.name_latin, seeded.name_zh, used.name_zh, used.usual_name) as name,
    coalesce(seeded.name_en, used.name_latin) as name_latin,
    coalesce(seeded.name_zh, used.name_zh) as name_zh,
    coalesce(entity.body, 'company') as body,
    used.country,
    coalesce(used.name_count, 0) as name_count,
    coalesce(used.use_count, 0) as use_count,
    case when seeded.entity_id is not null then 'seed' else 'names' end as known_from,
    seeded.check_mark,
    seeded.source,
    coalesce(used.is_synthetic, false) as is_synthetic
from seeded
full outer join entity using (entity_id)
left join used using (entity_id)
