{#- Whether a family id is DOCDB's number of a simple family: OPS, the exchange files, Espacenet and BigQuery give that
    number bare. Families of Lens (`lens:`) and families told by a list of members (`members:`) are other name spaces:
    an equal id means the same family within one of them only. -#}
{% macro is_docdb_family(family_id) -%}
    regexp_full_match({{ family_id }}, '\d+')
{%- endmacro %}

{#- How alike the titles of a dual filing must be: 1 less the Levenshtein distance over the length of the longer. English
    titles of Chinese filings are mostly a machine's, which words one thing in two ways; a Chinese letter is half a word.
    Looked at in 32 real pairs of one day and applicant (2026-11-22): from 0.7 on 9 right and 1 doubtful, from 0.5 to
    0.7 2 right, 6 not; for Chinese titles none could be looked at. -#}
{% macro near_title_share(language) -%}
    case {{ language }} when 'en' then 0.7 else 0.8 end
{%- endmacro %}

{#- A title without the words in which the halves of a dual filing differ though they mean one thing: "a kind of" in
    front, "and method thereof" behind, the general word for a thing at the end. Bare words; may be empty. -#}
{% macro title_core(expression) -%}
    {%- set cuts = [
        '^\s*((一种|一类|一套|新型)+|(an? |the |kind of |novel )+)\s*',
        '(以及|及其|及|与|和)[^及与和]{0,12}(方法|工艺|用途|应用|系统|装置|设备)\s*$',
        ',?\s+and\s+[a-z -]{0,50}(methods?|process|technique|application|device|system)(\s+(thereof|therefor))?\s*$',
        '\s*(装置|系统|设备|方法|结构|机构|device|apparatus|system|equipment|structure|method)\s*$',
    ] -%}
    {%- set cut = namespace(sql='lower(' ~ expression ~ ')') -%}
    {%- for pattern in cuts -%}
        {%- set cut.sql = "regexp_replace(" ~ cut.sql ~ ", '" ~ pattern ~ "', '')" -%}
    {%- endfor -%}
    {{ bare_words(cut.sql) }}
{%- endmacro %}
