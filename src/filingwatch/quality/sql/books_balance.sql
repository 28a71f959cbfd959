with

fates as (
    select page_id, record_index, count(*) as row_count, count(fate) as fate_count, bool_or(fate = 'rejected') as is_rejected
    from core.fct_record_fate
    group by all
),

balance as (
    select
        coalesce(sighting.page_id, fates.page_id) as page_id,
        coalesce(sighting.record_index, fates.record_index) as record_index,
        case
            when sighting.page_id is null then 'has a fate and was never landed'
            when coalesce(fates.fate_count, 0) = 0 then 'was landed and has no fate'
            when fates.row_count > 1 then 'has more than one fate'
            when fates.is_rejected <> (sighting.outcome = 'rejected') then 'rejected in one book, not in the other'
            when sighting.outcome = 'rejected' and reject.page_id is null then 'was rejected without a reason'
        end as difference
    from raw.sighting as sighting
    full join fates on fates.page_id = sighting.page_id and fates.record_index = sighting.record_index
    left join raw.reject as reject
        on reject.page_id = sighting.page_id and reject.record_index = sighting.record_index
)

from balance where difference is not null order by page_id, record_index
