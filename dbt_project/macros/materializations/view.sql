{#- A view in one statement, for the reasons of table.sql. -#}
{%- materialization view, adapter='duckdb' -%}
  {%- set target = this.incorporate(type='view') -%}
  {%- set existing = load_cached_relation(this) -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- if existing is not none and not existing.is_view -%}
    {{ drop_relation_if_exists(existing) }}
  {%- endif -%}
  {% call statement('main') -%}
    {{ modules.re.sub('create +view', 'create or replace view', get_create_view_as_sql(target, compiled_code), count=1) }}
  {%- endcall %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [target]}) }}
{%- endmaterialization -%}
