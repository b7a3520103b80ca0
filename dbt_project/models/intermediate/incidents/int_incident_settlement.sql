-- What came of an incident that was settled: opened again, or reported anew at the same site and topic by anyone,
-- within so many days (definition 7). Only what was settled that long before as_of can tell.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

events as (

    select * from {{ ref('int_incident_event') }}

),

incidents as (

    select * from {{ ref('int_incident') }}

),

sights as (

    select * from {{ ref('int_incident_sight') }}

),

settled as (

    select
        incident_id,
        min(event_at) as settled_at

    from events
    where event_kind in ('confirmed', 'closed') and not is_before_opening
    group by incident_id

),

reopened as (

    select
        settled.incident_id,
        count(events.event_id) as n_reopened

    from settled
    left join events
        on
            settled.incident_id = events.incident_id
            and events.event_kind = 'reopened'
            and events.event_at >= settled.settled_at
            and events.event_at <= {{ add_hours('settled.settled_at', var('reopening_days') * 24) }}
    group by settled.incident_id

),

sited as (

    select
        incidents.incident_id,
        incidents.opened_at,
        {{ hashed_number([
            'sights.region', 'sights.town', 'sights.topic_code',
            "coalesce(sights.institution, sights.street || ' ' || sights.house)"
        ]) }} as object_key

    from incidents
    inner join sights on incidents.opening_post_id = sights.post_id
    where
        sights.town is not null and sights.topic_code is not null
        and (sights.institution is not null or sights.street is not null and sights.house is not null)

),

repeated as (

    select
        settled.incident_id,
        count(again.incident_id) as n_repeated

    from settled
    inner join sited on settled.incident_id = sited.incident_id
    left join sited as again
        on
            sited.object_key = again.object_key
            and again.incident_id <> sited.incident_id
            and again.opened_at > settled.settled_at
            and again.opened_at <= {{ add_hours('settled.settled_at', var('reopening_days') * 24) }}
    group by settled.incident_id

),

settlements as (

    select
        settled.incident_id,
        settled.settled_at,
        reopened.n_reopened > 0 as is_reopened,
        repeated.n_repeated > 0 as is_repeated

    from settled
    cross join settings
    inner join reopened on settled.incident_id = reopened.incident_id
    left join repeated on settled.incident_id = repeated.incident_id
    where {{ add_hours('settled.settled_at', var('reopening_days') * 24) }} <= settings.as_of

)

select * from settlements
