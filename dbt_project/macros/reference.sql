{#- Reference tables: what a deployment brings in the place of built-in rows, and until when a row holds. -#}

{#- The deployment's own rows of a table or, where it brings none, the built-in ones: never some of both, since a rule
    that is left standing among new ones decides as well. `own` and `built_in` are CTEs with these columns. -#}
{%- macro own_or_built_in(own, built_in, columns) -%}
select
        {{ columns | join(', ') }}, true as is_own
    from {{ own }}
    union all
    select
        {{ columns | join(', ') }}, false as is_own
    from {{ built_in }}
    where not exists (select 1 from {{ own }})
{%- endmacro -%}

{#- First day on which a row no longer holds, null for ever: as it says, or when the next one of its scope begins. -#}
{%- macro held_until(scope) -%}
coalesce(valid_to, lead(valid_from) over (partition by {{ scope | join(', ') }} order by valid_from))
{%- endmacro -%}

{#- Whether a row with valid_from and valid_to holds on a day. -#}
{%- macro holds_on(row, day) -%}
({{ day }} >= {{ row }}.valid_from and ({{ row }}.valid_to is null or {{ day }} < {{ row }}.valid_to))
{%- endmacro -%}

{#- The day before which nothing began: a row without a first day held for ever before. -#}
{%- macro since_ever() -%}date '1900-01-01'{%- endmacro -%}
