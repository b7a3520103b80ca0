-- A reopening starts a new attempt. The clocks of an attempt stop at the first reply, claim of a fix and confirmation
-- since it began, in it or in a later one; what is dated before the opening stops nothing. They stand still while the
-- citizen is asked for more, and no longer than the cap.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

events as (

    select * from {{ ref('int_incident_event') }}
    -- What an administrator does with a reply before it is published is no answer to anybody.
    where event_kind not in ('reply_drafted', 'reply_approved')

),

numbered as (

    select
        *,
        1 + sum(case when event_kind = 'reopened' and not is_before_opening then 1 else 0 end) over (
            partition by incident_id
            order by sequence_number
            rows between unbounded preceding and current row
        ) as incident_attempt

    from events

),

attempts as (

    select
        incident_id,
        cast(incident_attempt as bigint) as attempt_number,
        min(opened_at) as opened_at,
        case when incident_attempt = 1 then min(opened_at) else min(event_at) end as started_at,
        min(case when event_kind in ('reply', 'interim_reply') and not is_before_opening then event_at end)
            as replied_at,
        min(case when event_kind = 'claimed_fixed' and not is_before_opening then event_at end) as claimed_fixed_at,
        min(case when event_kind = 'confirmed' and not is_before_opening then event_at end) as confirmed_at

    from numbered
    group by incident_id, incident_attempt

),

-- What nobody answered before the citizen came back is answered by the first reply after that.
answered as (

    select
        incident_id,
        attempt_number,
        opened_at,
        started_at,
        min(replied_at) over from_here_on as replied_at,
        min(claimed_fixed_at) over from_here_on as claimed_fixed_at,
        min(confirmed_at) over from_here_on as confirmed_at

    from attempts
    window from_here_on as (
        partition by incident_id
        order by attempt_number
        rows between current row and unbounded following
    )

),

requests as (

    select
        incident_id,
        cast(incident_attempt as bigint) as attempt_number,
        event_kind,
        event_at as paused_from,
        lag(event_kind) over (partition by incident_id, case_post_id order by sequence_number) as previous_kind,
        min(case when event_kind <> 'clarification_requested' then event_at end) over (
            partition by incident_id, case_post_id
            order by sequence_number
            rows between 1 following and unbounded following
        ) as answered_at

    from numbered

),

pauses as (

    select
        requests.incident_id,
        requests.attempt_number,
        -- Several requests of an attempt (of several cases, or after an answer) pause it once: from the first one on.
        min(requests.paused_from) as paused_from,
        min(least(
            coalesce(requests.answered_at, settings.as_of),
            {{ add_hours('requests.paused_from', var('clarification_pause_cap_hours')) }}
        )) as paused_until

    from requests
    cross join settings
    where requests.event_kind = 'clarification_requested'
        and coalesce(requests.previous_kind, '') <> 'clarification_requested'
    group by requests.incident_id, requests.attempt_number

),

with_pauses as (

    select
        answered.incident_id,
        answered.attempt_number,
        answered.opened_at,
        answered.started_at,
        answered.replied_at,
        answered.claimed_fixed_at,
        answered.confirmed_at,
        case when pauses.paused_from is not null then greatest(pauses.paused_from, answered.started_at) end
            as paused_from,
        case when pauses.paused_until is not null then greatest(pauses.paused_until, answered.started_at) end
            as paused_until

    from answered
    left join pauses
        on answered.incident_id = pauses.incident_id and answered.attempt_number = pauses.attempt_number

)

select * from with_pauses
