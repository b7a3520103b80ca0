{#- A table or view in one statement: DuckDB replaces one in a transaction. The adapter builds beside the old one, renames
    twice and drops, which is right for engines that cannot, and is a tenth of what a small run costs. Indexes, grants and
    comments, which that does as well, are not used here. -#}
{%- materialization table, adapter='duckdb', supported_languages=['sql'] -%}
  {{ return(in_one_statement('table', create_table_as(False, this.incorporate(type='table'), compiled_code))) }}
{%- endmaterialization -%}

{%- materialization view, adapter='duckdb' -%}
  {{ return(in_one_statement('view', get_create_view_as_sql(this.incorporate(type='view'), compiled_code))) }}
{%- endmaterialization -%}

{%- macro in_one_statement(type, created) -%}
  {%- set existing = load_cached_relation(this) -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- if existing is not none and existing.type != type -%}
    {{ drop_relation_if_exists(existing) }}
  {%- endif -%}
  {% call statement('main') -%}
    {{ modules.re.sub('create +' ~ type, 'create or replace ' ~ type, created, count=1) }}
  {%- endcall %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [this.incorporate(type=type)]}) }}
{%- endmacro -%}
