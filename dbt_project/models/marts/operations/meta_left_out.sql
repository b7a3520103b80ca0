{{ config(materialized='view') }}

with

loads as (

    select * from {{ source('ledger', 'load') }}

),

counted as (

    {% for reason in [
        'bot', 'system_note', 'note_to_self', 'repost', 'deleted', 'other_kind', 'undated', 'unwanted'
    ] %}
    select
        load_id,
        source_name as source,
        entity_name as entity,
        loaded_at,
        '{{ reason }}' as left_out_reason,
        coalesce(left_out_{{ reason }}, 0) as n_rows
    from loads
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

left_out as (

    select * from counted where n_rows > 0

)

select * from left_out
