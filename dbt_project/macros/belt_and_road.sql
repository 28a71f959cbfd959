{#- Whether a country was a member of the Belt and Road on a day: `yes`, `no`, `disputed`, `unknown date` or `not a
    country`. Membership is half-open, [valid_from, valid_to). Where the day of joining is not known, the answer is
    `unknown date` and never yes; before the initiative was announced nobody was a member.

    member: alias of the seed's row, left joined; kind: kind of the office. -#}
{% macro belt_and_road_on(day, kind, member) -%}
    case
        when {{ kind }} in ('regional', 'international') then 'not a country'
        when {{ member }}.office is null then 'no'
        when {{ day }} is null then 'unknown date'
        when {{ day }} < date '2013-09-07' then 'no'
        when {{ day }} < {{ member }}.valid_from then 'no'
        when {{ day }} >= {{ member }}.valid_to then 'no'
        when {{ member }}.valid_from is null then 'unknown date'
        when {{ day }} < {{ member }}.valid_from + case {{ member }}.from_precision
            when 'year' then interval 1 year
            when 'month' then interval 1 month
            else interval 0 day
        end then 'unknown date'
        when {{ member }}.status in ('disputed', 'unclear') then 'disputed'
        else 'yes'
    end
{%- endmacro %}
