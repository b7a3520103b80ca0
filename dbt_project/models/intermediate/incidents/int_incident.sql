-- The clock runs on the reply, not on the fix: is_reply_on_time compares the first reply with the default term, and
-- stays null while there is none and the term has not passed.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

incident_posts as (

    select * from {{ ref('int_incident_post') }}

),

posts as (

    select * from {{ ref('int_live_post') }}

),

places as (

    select * from {{ ref('int_post_municipality') }}

),

topics as (

    select * from {{ ref('int_topic') }}

),

states as (

    select * from {{ ref('int_incident_state') }}

),

state_kinds as (

    select * from {{ ref('incident_state') }}

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

clocks as (

    select
        incident_posts.incident_id,
        incident_posts.post_id as opening_post_id,
        posts.source,
        posts.channel,
        posts.posted_at as opened_at,
        posts.intent,
        posts.topic_code,
        topics.group_code,
        posts.declared_topic,
        nullif(trim(posts.declared_district), '') as district,
        coalesce(
            states.authority_id,
            case
                when {{ authority_key('posts.declared_authority') }} is not null
                    then {{ authority_id('posts.declared_authority') }}
            end
        ) as authority_id,
        states.state,
        state_kinds.is_awaiting_authority,
        {{ add_hours('posts.posted_at', 'settings.default_sla_hours') }} as sla_due_at,
        states.declared_due_at,
        states.reply_state,
        states.first_reply_at,
        states.hours_to_first_reply,
        states.is_first_reply_interim,
        states.claimed_fixed_at,
        states.confirmed_at,
        states.closed_at,
        states.n_reopened,
        states.is_confirmed,
        settings.as_of

    from incident_posts
    cross join settings
    inner join posts on incident_posts.post_id = posts.post_id
    inner join states on incident_posts.incident_id = states.incident_id
    inner join state_kinds on states.state = state_kinds.state
    left join topics on posts.topic_code = topics.topic_code
    where incident_posts.is_opening

),

incidents as (

    select
        clocks.incident_id,
        clocks.opening_post_id,
        clocks.source,
        clocks.channel,
        clocks.opened_at,
        clocks.intent,
        clocks.topic_code,
        clocks.group_code,
        clocks.declared_topic,
        places.municipality_id,
        clocks.district,
        clocks.authority_id,
        clocks.state,
        clocks.sla_due_at,
        coalesce(clocks.declared_due_at, clocks.sla_due_at) as due_at,
        clocks.reply_state,
        clocks.first_reply_at,
        clocks.hours_to_first_reply,
        clocks.is_first_reply_interim,
        clocks.claimed_fixed_at,
        clocks.confirmed_at,
        clocks.closed_at,
        clocks.n_reopened,
        clocks.n_reopened > 0 as is_reopened,
        clocks.is_confirmed,
        case
            when clocks.first_reply_at is not null then clocks.first_reply_at <= clocks.sla_due_at
            when clocks.as_of > clocks.sla_due_at then false
        end as is_reply_on_time,
        clocks.is_awaiting_authority
        and clocks.as_of > coalesce(clocks.declared_due_at, clocks.sla_due_at) as is_overdue,
        sizes.n_posts,
        sizes.n_people

    from clocks
    inner join sizes on clocks.incident_id = sizes.incident_id
    left join places on clocks.opening_post_id = places.post_id

)

select * from incidents
