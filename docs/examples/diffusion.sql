-- Question: Where are inventions extended abroad, and which of these countries were in the Belt and Road by then?
-- Answer: Inventions by the office where they were filed first and each further office that published them.
--   belt_and_road_on_date compares the day of that publication with the day of the country's membership.
-- Not: Protection that somebody sought is no sale, delivery or use; that stands in the table of export statements,
--   from other sources. A PCT application (WO) is no country. An invention counts once for each further office.
select
    diffusion.first_office,
    diffusion.office,
    office.name_en as office_name,
    diffusion.office_kind,
    diffusion.belt_and_road_on_date,
    count(distinct diffusion.invention_id) as inventions,
    min(diffusion.first_publication_date) as first_time,
    round(median(diffusion.after_first_days)) as median_days_after_first,
    bool_or(diffusion.is_synthetic) as is_synthetic
from v1.diffusion as diffusion
inner join v1.filing as filing using (invention_id)
left join v1.office as office on diffusion.office = office.office
where filing.watch = 'smart_cities' and filing.is_relevant
group by all
order by inventions desc, diffusion.office
