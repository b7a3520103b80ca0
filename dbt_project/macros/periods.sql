{#- Kinds of period that figures are told for; the rows of each kind add up to the same total. -#}
{%- macro period_kinds() -%}
{{ return(['day', 'week', 'month', 'year']) }}
{%- endmacro -%}

{#- Every row of a relation once for each kind of period, with period_kind and period_start, the first day of the period
    that its day lies in. Weeks begin on Mondays. -#}
{%- macro in_periods(relation, day) -%}
{% for kind in period_kinds() -%}
select
    {{ relation }}.*,
    '{{ kind }}' as period_kind,
    cast(date_trunc('{{ kind }}', {{ relation }}.{{ day }}) as date) as period_start

from {{ relation }}
{{ 'union all' if not loop.last }}
{% endfor %}
{%- endmacro -%}
