{{ config(materialized='view') }}

with

loads as (

    select * from {{ source('ledger', 'load') }}

),

ledger as (

    select
        load_id,
        source_name as source,
        entity_name as entity,
        file_name,
        file_bytes,
        rows_read,
        rows_loaded,
        rows_duplicate,
        rows_quarantined,
        -- loads from before a count was kept have none of it
        coalesce(rows_erased, 0) as rows_erased,
        coalesce(rows_left_out, 0) as rows_left_out,
        first_event_at,
        last_event_at,
        loaded_at

    from loads

)

select * from ledger
