-- Two models say which group an invention belongs to; they must say the same.
select coalesce(holder.invention_id, bridge.invention_id) as invention_id, holder.holder_id, bridge.group_id
from (select invention_id, holder_id from {{ ref('int_invention_holder') }} where is_group) as holder
full outer join {{ ref('bridge_invention_group') }} as bridge
    on holder.invention_id = bridge.invention_id and holder.holder_id = bridge.group_id
where holder.holder_id is null or bridge.group_id is null
