-- What is told to anybody of an incident, and how coarsely: figures on the public surface are of whole cells.

with

cells as (

    select * from {{ ref('stg_public_incident_cell') }}

),

facts as (

    select * from {{ ref('int_incident') }}

),

told as (

    select
        cells.incident_id,
        cells.cell_id,
        cells.period_kind,
        cells.period_start,
        cells.period_end,
        cells.region,
        cells.municipality_id,
        cells.group_code,
        cells.topic_code,
        cells.authority_id,
        facts.state,
        facts.first_reply_at is not null as is_replied,
        facts.is_reply_on_time,
        facts.claimed_fixed_at is not null as is_claimed,
        facts.claimed_fixed_at is not null and facts.is_confirmed as is_confirmed

    from cells
    inner join facts on cells.incident_id = facts.incident_id
    -- before its term has passed nothing is judged
    where facts.is_ripe

)

select * from told
