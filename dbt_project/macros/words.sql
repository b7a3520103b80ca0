{#- Dates and numbers as Russian sentences write them; both engines understand these. -#}

{#- A day as 01.09.2026. -#}
{%- macro day_ru(day) -%}
lpad(cast(extract(day from {{ day }}) as varchar), 2, '0')
|| '.' || lpad(cast(extract(month from {{ day }}) as varchar), 2, '0')
|| '.' || cast(extract(year from {{ day }}) as varchar)
{%- endmacro -%}

{#- A number with a decimal comma, rounded. -#}
{%- macro decimal_ru(number, digits) -%}
replace(cast(round({{ number }}, {{ digits }}) as varchar), '.', ',')
{%- endmacro -%}

{#- The word of a number that counts from 1. -#}
{%- macro word_of(number, words) -%}
case {{ number }}
    {%- for word in words %}
    when {{ loop.index }} then '{{ word }}'
    {%- endfor %}
end
{%- endmacro -%}
