-- Question: Which companies turned to a technology or topic, or away from it?
-- Answer: ratio is the share of the company's filings in two years, divided by the share in the five years before;
--   relative_ratio is the same divided by that of all other companies.
-- Not: Intervals hold for one comparison each, so some turns are chance. The last 20 months are in neither window, and a
--   filing is not a deployment. Of the demo office all companies are invented, as their names say. May be empty.
select
    company.name_en as company,
    turn.subject_kind,
    turn.subject,
    turn.verdict,
    turn.recent_count,
    turn.recent_total,
    turn.before_count,
    turn.before_total,
    round(turn.ratio, 2) as ratio,
    round(turn.ratio_low, 2) as ratio_low,
    round(turn.ratio_high, 2) as ratio_high,
    round(turn.relative_ratio, 2) as relative_ratio,
    turn.is_synthetic
from v1.company_turn as turn
inner join v1.company as company using (company_id)
where turn.watch = 'smart_cities' and turn.verdict in ('turned to', 'turned away')
order by turn.ratio_low desc
limit 50
