{#- One bound (side '-' or '+') of the 95 % interval of a share by Wilson (1927); `total` is not 0. -#}
{% macro wilson_bound(count, total, side) -%}
    {%- set z2 = 3.841459 -%}
    greatest(0, least(1, (
        {{ count }} + {{ z2 }} / 2
        {{ side }} sqrt({{ z2 }} * ({{ count }} * ({{ total }} - {{ count }}) / {{ total }} + {{ z2 }} / 4))
    ) / ({{ total }} + {{ z2 }})))
{%- endmacro %}
