{#- A word form that ignores case, accents, width, punctuation and spaces; letters of every script and digits stay.
    Two spellings are the same name or title exactly when these are equal: nothing is guessed. -#}
{% macro bare_words(expression) -%}
    regexp_replace(
        lower(strip_accents(translate(
            {{ expression }},
            'ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ０１２３４５６７８９',
            'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
        ))),
        '[^\p{L}\p{N}]+', '', 'g'
    )
{%- endmacro %}

{#- ISO 639-1 of a text by its script, for feeds that do not say; null when the script does not tell. -#}
{% macro language_by_script(expression) -%}
    case
        when regexp_matches({{ expression }}, '\p{Hiragana}|\p{Katakana}') then 'ja'
        when regexp_matches({{ expression }}, '\p{Hangul}') then 'ko'
        when regexp_matches({{ expression }}, '\p{Han}') then 'zh'
    end
{%- endmacro %}
