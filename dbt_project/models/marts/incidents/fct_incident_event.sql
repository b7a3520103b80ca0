-- Chooses columns alone, so it is a view: the table behind it holds millions of rows, and not twice.
{{ config(materialized='view') }}

with

events as (

    select * from {{ ref('int_incident_event') }}

),

numbered as (

    select
        event_id,
        incident_id,
        sequence_number,
        event_kind,
        event_at,
        authority_id,
        due_at,
        attempt_number,
        is_out_of_order,
        is_synthesized

    from events

)

select * from numbered
