-- Chooses columns alone, so it is a view: the table behind it holds millions of rows, and not twice.
{{ config(materialized='view') }}

with

clocks as (

    select * from {{ ref('int_incident_clock') }}

),

published_clocks as (

    select
        incident_id,
        clock,
        attempt_number,
        started_at,
        stopped_at,
        calendar_hours,
        working_hours,
        attempt_hours,
        paused_hours,
        sla_term_code,
        term_hours,
        term_calendar,
        due_at,
        is_stopped,
        is_ripe,
        is_on_time

    from clocks

)

select * from published_clocks
