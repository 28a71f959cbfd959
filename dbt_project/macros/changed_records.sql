{#- The newest word of every feed on every publication, of the publications that a condition on the raw rows `version`
    lets through. -#}
{% macro newest_records(condition='true') -%}
    with

    version as (
        select * from {{ source('raw', 'publication') }} where {{ condition }}
    ),

    newest as (
        select source, feed, publication_id, max(version) as version, min(first_seen_at) as first_ever_seen_at
        from version
        group by all
    ),

    real_filing as (
        select count(*) > 0 as is_there from {{ source('raw', 'publication') }} where not is_synthetic
    )

    select
        version.*,
        newest.first_ever_seen_at,
        version.is_synthetic and real_filing.is_there as is_retired
    from version
    inner join newest using (source, feed, publication_id, version)
    cross join real_filing
{%- endmacro %}

{#- Where a model that is kept from night to night reads the feeds' records: all of them when it is built whole, else
    those of the publications that changed. `keep_unchanged` is its other half. -#}
{% macro records() -%}
    {%- if not execute -%}
        {%- do ref('stg_changed_record') -%}
        {%- do ref('stg_publication') -%}
    {%- endif -%}
    {%- if is_incremental() -%} {{ ref('stg_changed_record') }} {%- else -%} {{ ref('stg_publication') }} {%- endif -%}
{%- endmacro %}

{#- Takes out of a kept table what will be put in anew; also what a change leaves without a row. -#}
{% macro keep_unchanged(changed, column) -%}
    {{- built_after(changed) -}}
    {%- if is_incremental() -%}
        delete from {{ this }} where {{ column }} in (select {{ column }} from {{ ref(changed) }})
    {%- else -%}
        select 1
    {%- endif -%}
{%- endmacro %}

{#- The table that the last build left, for comparing with it; none when everything is built whole. -#}
{% macro last_build(schema, table) -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {{ return(adapter.get_relation(database=target.database, schema=schema, identifier=table)) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#- Says that a model is built after another one that it reads only at times. -#}
{% macro built_after(model) -%}
    {%- if not execute -%} {%- do ref(model) -%} {%- endif -%}
{%- endmacro %}
