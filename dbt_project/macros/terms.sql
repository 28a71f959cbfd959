{#- Text and terms in the form in which they are compared: lower case, hyphens, slashes and underscores as spaces. The
    same form as the relevance rule's, so that a word found there is found here. -#}
{% macro plain_text(expression) -%}
    regexp_replace(lower({{ expression }}), '{{ word_gap() }}+', ' ', 'g')
{%- endmacro %}

{#- What may stand between two words of a term. -#}
{% macro word_gap() -%}
    [-‐-―_/\s]
{%- endmacro %}

{#- The words of a plain text, each between spaces; whatever is neither letter nor digit stands as a bar, so that a
    phrase never reaches over it. Whole words are so found by plain search, which costs a hundredth of a pattern. -#}
{% macro spaced_words(expression) -%}
    ' ' || regexp_replace({{ expression }}, '[^a-z0-9 ]+', ' | ', 'g') || ' '
{%- endmacro %}

{#- Whether a row of terms (plain, has_cjk, needle) is in a row of texts (plain, words): terms with Chinese, Japanese or
    Korean characters anywhere, others as whole words with or without a plural s. -#}
{% macro holds_term(text, term) -%}
    case
        when {{ term }}.has_cjk then contains({{ text }}.plain, {{ term }}.plain)
        else
            contains({{ text }}.words, {{ term }}.needle || ' ')
            or contains({{ text }}.words, {{ term }}.needle || 's ')
    end
{%- endmacro %}
