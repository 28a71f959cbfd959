-- Question: When did the rate of filing change, by how much, how sure is that, and what else happened around then?
-- Answer: month is the first month of the new rate, month_low to month_high its interval; rate_ratio compares the rate
--   after with what the old rate would have become. Events within a year stand beside it, the nearest first, with the
--   chance that a random month of the series has one as near; rivals are those of the patent system and of the data.
-- Not: An event beside a changepoint is a rival explanation, never its cause: with this many events some are always
--   near. check_mark M means that nobody has checked the date of the event yet.
select
    changepoint.label,
    changepoint.month,
    changepoint.month_low,
    changepoint.month_high,
    round(changepoint.rate_ratio, 2) as rate_ratio,
    round(changepoint.rate_ratio_low, 2) as ratio_low,
    round(changepoint.rate_ratio_high, 2) as ratio_high,
    round(changepoint.probability, 3) as probability,
    changepoint.is_news,
    list(rival.name_en || ' (' || rival.signed_lag_days || ' days, chance '
        || coalesce(round(100 * rival.chance_share)::integer || ' %', 'unknown') || ', ' || rival.check_mark || ')'
        order by rival.gap_month_count, abs(rival.signed_lag_days))[1:3] as nearest_events,
    list(rival.name_en || ' (' || rival.signed_lag_days || ' days)'
        order by abs(rival.signed_lag_days)) filter (where rival.is_rival)[1:3] as rivals
from v1.changepoint as changepoint
left join v1.changepoint_rival as rival using (changepoint_id)
where changepoint.mode = 'careful' and changepoint.state <> 'withdrawn'
group by all
order by changepoint.month desc, changepoint.label
