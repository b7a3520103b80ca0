{#- Words that may be shown: masked where the scanner masked, withheld where it has not read them. For a query that
    left joins stg_text_redaction as `redactions` by the hash of the words. -#}
{%- macro shown_words(words) -%}
case
    when {{ words }} is null then null
    when redactions.text_hash is null then '[не проверено]'
    else coalesce(redactions.redacted_text, {{ words }})
end
{%- endmacro -%}
