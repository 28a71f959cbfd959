select
    symbol,
    -- A main group stands for everything in it, any other symbol for itself and its finer divisions.
    case when ends_with(symbol, '/00') then left(symbol, length(symbol) - 2) else symbol end as symbol_prefix,
    tag,
    role,
    meaning,
    check_mark,
    source
from {{ ref('technology_class') }}
