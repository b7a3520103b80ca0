{#- How posts that speak of one thing find each other. What is joined with what stands in int_incident_matter. -#}

{#- Stem of a street's name: nominative and prepositional («Речная», «на Речной») become one key. Only good for
    comparing: two streets of a town that differ in the ending alone become one. -#}
{%- macro street_stem(name) -%}
nullif({{ regexp_replace_all(
    regexp_replace_all("replace(lower(" ~ name ~ "), 'ё', 'е')", '[^а-яa-z0-9]+', ''),
    '(ьей|ьего|ьем|ью|ая|яя|ья|ой|ей|ую|юю|а|я|ы|и|у|ю|е|о|й|ь)$', ''
) }}, '')
{%- endmacro -%}

{%- macro street_kinds() -%}
ул|улица|пр|пр-кт|просп|проспект|пер|переулок|ш|шоссе|наб|набережная|б-р|бульвар|пл|площадь|пр-д|проезд|линия|аллея
{%- endmacro -%}

{#- Street and house of an address a source states: «…, ул. Речная, д. 5» or «…, Речная улица, дом 5»; null if none. -#}
{%- macro address_street(address) -%}
{{ street_stem(
    "coalesce(nullif(regexp_extract(" ~ address ~ ", '(?:^|[ ,])(?:" ~ street_kinds() ~ ")[. ]+([^,]+)', 1), ''), "
    ~ "regexp_extract(" ~ address ~ ", '([^,]+?) (?:" ~ street_kinds() ~ ")[.]?(?:,|$)', 1))"
) }}
{%- endmacro -%}

{%- macro address_house(address) -%}
nullif(regexp_extract(lower({{ address }}), '(?:^|[ ,])(?:д|дом)[. ]+([0-9]+[а-я]?)', 1), '')
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

{#- A column filled in from the nearest row in time that has the same keys and knows it, no further than the window
    away. `relation` has the columns of int_incident_matter's `pooled`. With `is_agreeing`, the neighbours on both sides
    must say the same when both are near enough; `window_share` narrows the window. -#}
{%- macro filled_from_nearest(relation, column, keys, is_agreeing=false, window_share=1.0) -%}
{%- set columns = ['unit_id', 'opened_at', 'window_hours', 'region', 'town', 'street', 'institution', 'site', 'house',
    'topic_code', 'group_code'] -%}
{%- set reach = 'window_hours * ' ~ window_share -%}
{%- set told = "case when " ~ column ~ " is not null then opened_at end" -%}
{%- set by_keys -%}
partition by {{ keys | join(', ') }} order by opened_at
{%- endset -%}
select
    {%- for name in columns if name != column %}
    {{ name }},
    {%- endfor %}
    coalesce(
        {{ column }},
        case
            {%- for key in keys if key != 'town' %}
            when {{ key }} is null then null
            {%- endfor %}
            {%- if is_agreeing %}
            when hours_since <= {{ reach }} and hours_until <= {{ reach }}
                then case when earlier_{{ column }} = later_{{ column }} then earlier_{{ column }} end
            {%- endif %}
            when hours_since <= {{ reach }} and coalesce(hours_until >= hours_since, true) then earlier_{{ column }}
            when hours_until <= {{ reach }} then later_{{ column }}
        end
    ) as {{ column }}
from (
    select
        *,
        {{ hours_between('earlier_at', 'opened_at') }} as hours_since,
        {{ hours_between('opened_at', 'later_at') }} as hours_until
    from (
        select
            *,
            {{ first_known(column) }} over before as earlier_{{ column }},
            {{ first_known(told) }} over before as earlier_at,
            {{ first_known(column) }} over after as later_{{ column }},
            {{ first_known(told) }} over after as later_at
        from {{ relation }}
        window
            before as (
                {{ by_keys }} desc, unit_id desc rows between 1 following and unbounded following
            ),
            after as (
                {{ by_keys }}, unit_id rows between 1 following and unbounded following
            )
    ) as neighbours
) as measured
{%- endmacro -%}
