{{ config(tags=['series']) }}

select watch, 'technology' as entry_kind, technology as entry, tags, terms, unless
from {{ ref('stg_watch_technology') }}

union all

select watch, 'use' as entry_kind, use as entry, tags, terms, unless
from {{ ref('stg_watch_use') }}

union all

select watch, 'body' as entry_kind, body_part as entry, tags, terms, unless
from {{ ref('stg_watch_body') }}

union all

select watch, 'old_technology' as entry_kind, technology as entry, tags, terms, unless
from {{ ref('int_old_technology') }}
