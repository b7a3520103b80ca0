-- What an incident is about, how it stands, who is responsible, and the clock of its first reply, which is judged in
-- int_incident_clock alone.

with

matters as (

    select * from {{ ref('int_incident_matter') }}

),

states as (

    select * from {{ ref('int_incident_state') }}

),

state_kinds as (

    select * from {{ ref('incident_state') }}

),

routes as (

    select * from {{ ref('int_incident_route') }}

),

clocks as (

    select
        *,
        row_number() over (partition by incident_id order by attempt_number desc) as attempt_rank

    from {{ ref('int_incident_clock') }}
    where clock = 'reply'

),

settings as (

    select * from {{ source('run', 'settings') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

incident_posts as (

    select * from {{ ref('int_incident_post') }}

),

posts as (

    select * from {{ ref('int_live_post') }}

),

sizes as (

    select
        incident_posts.incident_id,
        count(*) as n_posts,
        count(distinct posts.author_subject_id) as n_people

    from incident_posts
    inner join posts on incident_posts.post_id = posts.post_id
    group by incident_posts.incident_id

),

incidents as (

    select
        matters.incident_id,
        matters.opening_post_id,
        matters.source,
        matters.channel,
        coalesce(sources.time_zone, 'UTC') as time_zone,
        matters.opened_at,
        matters.intent,
        matters.topic_code,
        matters.topic_origin,
        matters.group_code,
        matters.declared_topic,
        matters.municipality_id,
        matters.district,
        routes.authority_id,
        routes.authority_origin,
        states.answering_authority_id,
        states.state,
        first_clocks.due_at,
        states.declared_due_at,
        states.reply_state,
        states.first_reply_at,
        states.citizen_wait_hours,
        case
            when not first_clocks.is_stopped then null
            when first_clocks.term_calendar = 'working' then first_clocks.working_hours
            else first_clocks.calendar_hours
        end as net_reply_hours,
        states.is_first_reply_interim,
        states.claimed_fixed_at,
        states.confirmed_at,
        states.closed_at,
        states.n_reopenings,
        states.n_reopenings > 0 as is_reopened,
        states.is_confirmed,
        first_clocks.is_ripe,
        first_clocks.is_on_time as is_reply_on_time,
        state_kinds.is_awaiting_authority
        and not last_clocks.is_stopped
        and coalesce(last_clocks.due_at < settings.as_of, false) as is_overdue,
        sizes.n_posts,
        sizes.n_people

    from matters
    cross join settings
    left join sources on matters.source = sources.source
    inner join states on matters.incident_id = states.incident_id
    inner join state_kinds on states.state = state_kinds.state
    inner join routes on matters.incident_id = routes.incident_id
    inner join sizes on matters.incident_id = sizes.incident_id
    inner join clocks as first_clocks
        on matters.incident_id = first_clocks.incident_id and first_clocks.attempt_number = 1
    inner join clocks as last_clocks
        on matters.incident_id = last_clocks.incident_id and last_clocks.attempt_rank = 1

)

select * from incidents
