-- Chooses columns and joins one to one, so it is a view: the table behind it holds millions of rows, and not twice.
{{ config(materialized='view') }}

with

incidents as (

    select * from {{ ref('int_incident') }}

),

settlements as (

    select * from {{ ref('int_incident_settlement') }}

),

published_incidents as (

    select
        ---------- ids
        incidents.incident_id,
        incidents.opening_post_id,
        incidents.source,
        incidents.municipality_id,
        incidents.authority_id,
        incidents.answering_authority_id,

        ---------- words
        incidents.channel,
        incidents.state,
        incidents.reply_state,
        incidents.authority_origin,
        incidents.intent,
        incidents.topic_code,
        incidents.topic_origin,
        incidents.group_code,
        incidents.declared_topic,
        incidents.district,

        ---------- days in the zone of the source
        incidents.time_zone,
        {{ local_date('incidents.opened_at', 'incidents.time_zone') }} as opened_date,
        {{ local_date('incidents.due_at', 'incidents.time_zone') }} as due_date,
        {{ local_date('incidents.first_reply_at', 'incidents.time_zone') }} as first_reply_date,

        ---------- timestamps
        incidents.opened_at,
        incidents.due_at,
        incidents.declared_due_at,
        incidents.first_reply_at,
        incidents.claimed_fixed_at,
        incidents.confirmed_at,
        incidents.closed_at,

        ---------- numerics
        incidents.citizen_wait_hours,
        incidents.net_reply_hours,
        incidents.n_reopenings,
        incidents.n_posts,
        incidents.n_people,

        ---------- booleans
        incidents.is_first_reply_interim,
        incidents.is_reopened,
        incidents.is_confirmed,
        incidents.is_ripe,
        incidents.is_reply_on_time,
        incidents.is_overdue,
        settlements.is_reopened as is_reopened_after_settlement,
        settlements.is_repeated as is_repeated_after_settlement

    from incidents
    left join settlements on incidents.incident_id = settlements.incident_id

)

select * from published_incidents
