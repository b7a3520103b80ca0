-- Chooses columns alone, so it is a view: the table behind it holds millions of rows, and not twice.
{{ config(materialized='view') }}

with

events as (

    select * from {{ ref('int_incident_event') }}

),

incidents as (

    select * from {{ ref('int_incident') }}

),

numbered as (

    select
        events.event_id,
        events.incident_id,
        events.sequence_number,
        events.event_kind,
        events.event_at,
        {{ local_date('events.event_at', 'incidents.time_zone') }} as event_date,
        events.authority_id,
        events.due_at,
        events.attempt_number,
        events.is_out_of_order,
        events.is_synthesized

    from events
    inner join incidents on events.incident_id = incidents.incident_id

)

select * from numbered
