{#- Ids and hashes. Anything that names a thing belongs here; measuring belongs in statistics.sql. -#}

{#- MD5 of the parts joined by '|': the same thing gets the same id in every run and on every engine. A part that a
    source gives for one post, message or person is its keyed id: ids in a source never stand here. -#}
{%- macro hashed_id(parts) -%}
md5(concat_ws('|'
    {%- for part in parts %}, cast({{ part }} as varchar){% endfor -%}
))
{%- endmacro -%}

{#- 64-bit hash of the parts, for keys that live within one model: a join of numbers costs half of a join of ids. It is
    another number on another engine, so it is never stored. No part may be null: DuckDB hashes nulls, Spark passes over them. -#}
{%- macro hashed_number(parts) -%}
{{ return(adapter.dispatch('hashed_number', 'otklik')(parts)) }}
{%- endmacro -%}

{%- macro default__hashed_number(parts) -%}
hash({{ parts | join(', ') }})
{%- endmacro -%}

{%- macro spark__hashed_number(parts) -%}
xxhash64({{ parts | join(', ') }})
{%- endmacro -%}

{#- Id of an authority from its name; case and spacing do not matter. -#}
{%- macro authority_id(name) -%}
md5({{ authority_key(name) }})
{%- endmacro -%}

{%- macro authority_key(name) -%}
nullif(trim({{ regexp_replace_all('lower(' ~ name ~ ')', '\\s+', ' ') }}), '')
{%- endmacro -%}

{#- Load id from the path of the Parquet file a row was read from. -#}
{%- macro load_id(filename) -%}
regexp_extract({{ filename }}, 'load=([^/]+)[.]parquet$', 1)
{%- endmacro -%}

{#- Order of rows that are equally late by their own times: the one delivered last comes first, whichever file of a run
    sorts last by name, and the content decides where one file has both. -#}
{%- macro delivered_last(of='') -%}
{{ of }}loaded_at desc, {{ of }}file_name desc, {{ of }}row_hash desc
{%- endmacro -%}

{#- Order-independent fingerprint of a group of rows: equal fingerprints mean equal sets of rows. -#}
{%- macro rows_fingerprint(columns) -%}
{{ return(adapter.dispatch('rows_fingerprint', 'otklik')(columns)) }}
{%- endmacro -%}

{%- macro default__rows_fingerprint(columns) -%}
cast(bit_xor(hash({{ columns | join(', ') }})) as varchar) || ':' || cast(count(*) as varchar)
{%- endmacro -%}

{%- macro spark__rows_fingerprint(columns) -%}
cast(bit_xor(xxhash64({{ columns | join(', ') }})) as string) || ':' || cast(count(*) as string)
{%- endmacro -%}
