-- What the books call in_mart is counted: its publication belongs to an invention.
-- And no publication came from nowhere.
with

booked as (
    select distinct publication_id from {{ ref('fct_record_fate') }} where fate = 'in_mart'
),

counted as (
    select publication_id, invention_id from {{ ref('dim_publication') }} where not is_deleted
)

select
    coalesce(booked.publication_id, counted.publication_id) as publication_id,
    booked.publication_id is not null as is_booked,
    counted.invention_id
from booked
full join counted using (publication_id)
where booked.publication_id is null or counted.invention_id is null
