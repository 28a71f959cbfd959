{#- Every passage is an exact stretch of the text as it is stored now, at the place that it names. -#}
{% test quote_stands_in_text(model) %}
select tag.invention_id, tag.rule_id, tag.publication_id, tag.start, tag.quote
from {{ model }} as tag
left join {{ ref('int_publication_text') }} as stored
    on tag.publication_id = stored.publication_id and tag.field = stored.part and tag.language = stored.language
where tag.start is not null and substring(stored.text, tag.start + 1, length(tag.quote)) is distinct from tag.quote
{% endtest %}
