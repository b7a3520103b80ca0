{#- How posts that speak of one thing find each other. What is joined with what stands in int_incident_candidate and
    the seed joining_rule. -#}

{#- Stem of a street's name: nominative and prepositional («Речная», «на Речной») become one key. Only good for
    comparing: two streets of a town that differ in the ending alone become one. -#}
{%- macro street_stem(name) -%}
nullif({{ regexp_replace_all(
    regexp_replace_all("replace(lower(" ~ name ~ "), 'ё', 'е')", '[^а-яa-z0-9]+', ''),
    '(ьей|ьего|ьем|ью|ая|яя|ья|ой|ей|ую|юю|а|я|ы|и|у|ю|е|о|й|ь)$', ''
) }}, '')
{%- endmacro -%}

{#- Pattern of the words of a variable of the project. -#}
{%- macro any_of(words) -%}{{ var(words) | join('|') }}{%- endmacro -%}

{#- Pattern of one or two words after a word that a street follows, and of the house after them, for lowercase text. -#}
{%- macro street_after_cue(n_words) -%}
(?:^|[^а-яё])(?:на|по|{{ any_of('street_call_words') }})[.]? +(?:(?:адресу|{{ any_of('street_call_words') }})[.]? +)*«?([а-яё]+{{ ' +[а-яё]+' * (n_words - 1) }}(?:,? *(?:{{ any_of('house_words') }})?[.]? *[0-9]+(?:[а-яё](?:[^а-яё]|$))?)?)
{%- endmacro -%}

{#- Street and house of an address a source states: «…, ул. Речная, д. 5» or «…, Речная улица, дом 5»; null if none. -#}
{%- macro address_street(address) -%}
{{ street_stem(
    "coalesce(nullif(regexp_extract(" ~ address ~ ", '(?:^|[ ,])(?:" ~ any_of('street_words') ~ ")[. ]+([^,]+)', 1), ''), "
    ~ "regexp_extract(" ~ address ~ ", '([^,]+?) (?:" ~ any_of('street_words') ~ ")[.]?(?:,|$)', 1))"
) }}
{%- endmacro -%}

{%- macro address_house(address) -%}
nullif(regexp_extract(lower({{ address }}), '(?:^|[ ,])(?:{{ any_of('house_words') }})[. ]+([0-9]+[а-я]?)', 1), '')
{%- endmacro -%}

{#- First value of a window that is not null. -#}
{%- macro first_known(expression) -%}
{{ return(adapter.dispatch('first_known', 'otklik')(expression)) }}
{%- endmacro -%}

{%- macro default__first_known(expression) -%}
first_value({{ expression }} ignore nulls)
{%- endmacro -%}

{%- macro spark__first_known(expression) -%}
first_value({{ expression }}) ignore nulls
{%- endmacro -%}

{#- The first two words of an institution («поликлиника 3», «остановка речников»): what its longer readings share. -#}
{%- macro institution_head(name) -%}
coalesce(nullif(regexp_extract({{ name }}, '^([^ ]+ [^ ]+)', 1), ''), {{ name }})
{%- endmacro -%}

{#- Whether two institutions may be one, as «парк березовая» and «парк березовая роща»; null if one is unknown. -#}
{%- macro is_one_institution(name, other) -%}
({{ name }} = {{ other }} or contains({{ name }}, {{ other }} || ' ') or contains({{ other }}, {{ name }} || ' '))
{%- endmacro -%}

{#- Number of the day an instant falls on, UTC: days can be subtracted alike on every engine. -#}
{%- macro day_number(instant) -%}
cast(floor({{ epoch_microseconds(instant) }} / 86400000000.0) as bigint)
{%- endmacro -%}

{#- Metres between two points, DOUBLE, degrees in, null if one is unknown: over a few streets the Earth is flat. -#}
{%- macro metres_between(lat, lon, other_lat, other_lon) -%}
111195.0 * sqrt(
    pow({{ lat }} - {{ other_lat }}, 2) + pow(({{ lon }} - {{ other_lon }}) * cos(radians({{ lat }})), 2)
)
{%- endmacro -%}

{#- Side of a square, degrees of latitude, in which points of one site are looked for. -#}
{%- macro square_degrees() -%}
{{ 2.0 * var('one_site_metres') / 111195 }}
{%- endmacro -%}

{#- CTEs that follow the links of a forest to their ends: every step doubles the distance, so that n steps follow 2^n.
    The last of them is called `name` and has a row per link: `from_column`, and in `to_column` where it leads at last. -#}
{%- macro followed(name, links, from_column, to_column, doublings) -%}
{{ name }}_0 as (

    select
        {{ from_column }},
        {{ to_column }}

    from {{ links }}

),
{% for step in range(1, doublings + 1) %}
{{ name }}{{ '_' ~ step if not loop.last }} as (

    select
        near.{{ from_column }},
        coalesce(far.{{ to_column }}, near.{{ to_column }}) as {{ to_column }}

    from {{ name }}_{{ step - 1 }} as near
    left join {{ name }}_{{ step - 1 }} as far on near.{{ to_column }} = far.{{ from_column }}

){{ ',' if not loop.last }}
{% endfor -%}
{%- endmacro -%}
