-- Chooses columns alone, so it is a view: the table behind it holds millions of rows, and not twice.
{{ config(materialized='view') }}

with

incidents as (

    select * from {{ ref('int_incident') }}

),

published_incidents as (

    select
        ---------- ids
        incident_id,
        opening_post_id,
        source,
        municipality_id,
        authority_id,
        answering_authority_id,

        ---------- words
        channel,
        state,
        reply_state,
        authority_origin,
        intent,
        topic_code,
        topic_origin,
        group_code,
        declared_topic,
        district,

        ---------- days in the zone of the source
        time_zone,
        {{ local_date('opened_at', 'time_zone') }} as opened_date,
        {{ local_date('due_at', 'time_zone') }} as due_date,
        {{ local_date('first_reply_at', 'time_zone') }} as first_reply_date,

        ---------- timestamps
        opened_at,
        due_at,
        declared_due_at,
        first_reply_at,
        claimed_fixed_at,
        confirmed_at,
        closed_at,

        ---------- numerics
        citizen_wait_hours,
        net_reply_hours,
        n_reopenings,
        n_posts,
        n_people,

        ---------- booleans
        is_first_reply_interim,
        is_reopened,
        is_confirmed,
        is_ripe,
        is_reply_on_time,
        is_overdue

    from incidents

)

select * from published_incidents
