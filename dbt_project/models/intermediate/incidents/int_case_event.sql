-- Events that had happened by as_of, of posts that are there and dated: what came later was not known yet, and without
-- a post there is no incident to belong to.

with

events as (

    select * from {{ ref('stg_case_event') }}

),

posts as (

    select * from {{ ref('int_live_post') }}
    where posted_at is not null

),

settings as (

    select * from {{ source('run', 'settings') }}

),

kinds as (

    select * from {{ ref('event_kind') }}

),

-- A name is turned into an id once, however many events it stands in. Blank names get none here and not by a filter,
-- which would be pushed below the distinct and read every event's name.
authorities as (

    select
        stated.authority,
        {{ authority_id('stated.authority') }} as authority_id

    from (select distinct authority from events) as stated

),

known as (

    select
        events.event_id,
        events.post_id,
        events.event_kind,
        kinds.sort_order as event_kind_order,
        kinds.state,
        events.event_at,
        authorities.authority_id,
        events.due_at

    from events
    cross join settings
    inner join posts on events.post_id = posts.post_id
    inner join kinds on events.event_kind = kinds.event_kind
    left join authorities on events.authority = authorities.authority
    where events.event_at <= settings.as_of

)

select * from known
