{#- A table in one statement: DuckDB replaces one in a transaction of its own. The adapter builds beside the old one, renames
    twice and drops, which is right for engines that cannot, and is a tenth of what a small run costs. Indexes, grants and
    comments, which that does as well, are not used here. -#}
{%- materialization table, adapter='duckdb', supported_languages=['sql'] -%}
  {%- set target = this.incorporate(type='table') -%}
  {%- set existing = load_cached_relation(this) -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- if existing is not none and not existing.is_table -%}
    {{ drop_relation_if_exists(existing) }}
  {%- endif -%}
  {% call statement('main') -%}
    {{ modules.re.sub('create +table', 'create or replace table', create_table_as(False, target, compiled_code), count=1) }}
  {%- endcall %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [target]}) }}
{%- endmaterialization -%}
