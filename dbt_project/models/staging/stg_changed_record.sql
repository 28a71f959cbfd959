{{ config(materialized='table') }}

select * exclude (is_retired)
from ({{ newest_records("publication_id in (select publication_id from " ~ ref('int_changed_publication') ~ ")") }}) as record
where not is_retired
