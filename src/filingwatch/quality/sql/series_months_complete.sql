with

months as (from insight.fct_series_month),

gaps as (
    select
        series_id,
        min(filing_month) as filing_month,
        count(*) as month_count,
        datediff('month', min(filing_month), max(filing_month)) + 1 as wanted_count
    from months
    group by series_id
)

select series_id, filing_month, filing_count,
    case
        when coalesce(filing_count < 0, true) then 'the count is negative or missing'
        when coalesce(filing_month <> date_trunc('month', filing_month), true) then 'not the first day of a month'
        when filing_month > gate_run.as_of then 'a month after the day of the run'
    end as difference
from months
cross join gate_run
where difference is not null
union all
select series_id, filing_month, month_count, 'months are missing or doubled: ' || wanted_count || ' wanted'
from gaps
where month_count <> wanted_count
order by all
