{#- Definition 24: a cell is shown iff it holds at least k people and none of them makes up more than half of it. -#}

{#- Why a cell may not be shown, null when it may. `top_person_count` is how much of `total_count` the busiest known
    person accounts for. -#}
{%- macro suppression_reason(n_people, top_person_count, total_count, min_group_size) -%}
case
    when coalesce({{ n_people }}, 0) < {{ min_group_size }} then 'too_few_people'
    when coalesce({{ top_person_count }}, 0) * 2 > {{ total_count }} then 'dominant_person'
end
{%- endmacro -%}

{#- The reason again, with complementary suppression: where exactly one cell of a total is hidden, subtraction would
    show it, so the smallest of the others is hidden too. `key` makes the choice deterministic. -#}
{%- macro complementary_suppression_reason(reason, total, n_people, key) -%}
case
    when {{ reason }} is not null then {{ reason }}
    when
        sum(case when {{ reason }} is not null then 1 else 0 end) over (partition by {{ total }}) = 1
        and row_number() over (
            partition by {{ total }}, ({{ reason }} is null) order by {{ n_people }}, {{ key }}
        ) = 1
        then 'complementary'
end
{%- endmacro -%}

{#- A value of a cell that may be hidden: NULL then, never 0. -#}
{%- macro shown(value, reason) -%}
case when {{ reason }} is null then {{ value }} end
{%- endmacro -%}
