{#- Fails for every row in which one of `columns` is null. One query a model instead of one a column: a run of a small
    day spends most of its time in the overhead of tests. -#}
{% test never_null(model, columns) %}

select {{ columns | join(', ') }}
from {{ model }}
where
    {% for column in columns -%}
    {{ 'or ' if not loop.first }}{{ column }} is null
    {% endfor %}
{% endtest %}
