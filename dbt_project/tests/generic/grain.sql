{#- Fails for every combination of `columns` that occurs more than once, where nulls count as equal, and for every one
    that holds a null in a column of `never_null`. One query a model instead of one a column: a run of a small day spends
    most of its time in the overhead of tests. -#}
{% test grain(model, columns, never_null) %}

select
    {{ columns | join(', ') }},
    count(*) as n_rows
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- for column in never_null %}
    or count({{ column }}) < count(*)
    {%- endfor %}

{% endtest %}
