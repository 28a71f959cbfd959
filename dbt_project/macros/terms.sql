{#- Text and terms in the form in which they are compared: lower case, hyphens, slashes and underscores as spaces. The
    same form as the relevance rule's, so that a word found there is found here. -#}
{% macro plain_text(expression) -%}
    regexp_replace(lower({{ expression }}), '{{ word_gap() }}+', ' ', 'g')
{%- endmacro %}

{#- What may stand between two words of a term. -#}
{% macro word_gap() -%}
    [-‐-―_/\s]
{%- endmacro %}

{#- A regular expression that finds a plain term in a plain text: Chinese, Japanese and Korean terms anywhere, others
    as whole words with or without a plural s. -#}
{% macro term_pattern(term) -%}
    case
        when regexp_matches({{ term }}, '^[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]') then regexp_escape({{ term }})
        else '(^|[^a-z0-9])' || regexp_escape({{ term }}) || 's?([^a-z0-9]|$)'
    end
{%- endmacro %}
