-- What changed on each day in each cell, as is known now: what came and what was done that day, and by how much the
-- number of open and of overdue matters rose or fell until its end. Sums of the changes are the stocks; so a matter
-- costs a few rows, however long it stays open.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

incidents as (

    select * from {{ ref('int_incident') }}

),

events as (

    select * from {{ ref('int_incident_event') }}

),

state_kinds as (

    select * from {{ ref('incident_state') }}

),

attempts as (

    select
        *,
        lead(started_at) over (partition by incident_id order by attempt_number) as next_started_at

    from {{ ref('int_incident_clock') }}
    where clock = 'reply'

),

-- Before any event says otherwise a matter is received.
stated as (

    select incident_id, 0 as sequence_number, 'received' as state, opened_at as event_at from incidents
    union all
    select incident_id, sequence_number, state, event_at from events
    where state is not null

),

spans as (

    select
        incidents.incident_id,
        stated.state,
        greatest(stated.event_at, incidents.opened_at) as since_at,
        greatest(
            coalesce(
                lead(stated.event_at) over (partition by incidents.incident_id order by stated.sequence_number),
                {{ add_hours('settings.as_of', 24) }}
            ),
            incidents.opened_at
        ) as until_at

    from stated
    inner join incidents on stated.incident_id = incidents.incident_id
    cross join settings

),

open_spans as (

    select
        spans.incident_id,
        spans.since_at,
        spans.until_at

    from spans
    inner join state_kinds on spans.state = state_kinds.state
    where state_kinds.is_awaiting_authority

),

-- As in int_incident: the last attempt that has begun counts, and what equals as_of is not late yet.
overdue_spans as (

    select
        open_spans.incident_id,
        greatest(open_spans.since_at, attempts.started_at, attempts.due_at) as since_at,
        least(
            open_spans.until_at,
            coalesce(attempts.next_started_at, open_spans.until_at),
            coalesce(attempts.stopped_at, open_spans.until_at)
        ) as until_at

    from open_spans
    inner join attempts on open_spans.incident_id = attempts.incident_id
    cross join settings
    where attempts.due_at < settings.as_of

),

moments as (

    select incident_id, since_at as moment, 'n_open_change' as what, 1 as n from open_spans
    union all
    select incident_id, until_at as moment, 'n_open_change' as what, -1 as n from open_spans
    union all
    select incident_id, since_at as moment, 'n_overdue_change' as what, 1 as n from overdue_spans
    where since_at < until_at
    union all
    select incident_id, until_at as moment, 'n_overdue_change' as what, -1 as n from overdue_spans
    where since_at < until_at
    union all
    select incident_id, opened_at as moment, 'n_received' as what, 1 as n from incidents
    union all
    select incident_id, first_reply_at as moment, 'n_answered' as what, 1 as n from incidents
    union all
    select incident_id, claimed_fixed_at as moment, 'n_claimed_fixed' as what, 1 as n from incidents
    union all
    select incident_id, confirmed_at as moment, 'n_confirmed' as what, 1 as n from incidents
    union all
    select incident_id, closed_at as moment, 'n_closed' as what, 1 as n from incidents
    union all
    select incident_id, due_at as moment, 'n_ripe' as what, 1 as n from incidents
    where is_ripe
    union all
    select incident_id, due_at as moment, 'n_on_time' as what, 1 as n from incidents
    where is_reply_on_time
    union all
    select incident_id, event_at as moment, 'n_reopenings' as what, 1 as n from events
    where event_kind = 'reopened' and not is_before_opening

),

changes as (

    select
        {{ local_date('moments.moment', 'incidents.time_zone') }} as change_date,
        incidents.authority_id,
        incidents.municipality_id,
        incidents.group_code
        {%- for what in [
            'n_open_change', 'n_overdue_change', 'n_received', 'n_answered', 'n_claimed_fixed', 'n_confirmed',
            'n_closed', 'n_reopenings', 'n_ripe', 'n_on_time',
        ] %},
        cast(sum(case when moments.what = '{{ what }}' then moments.n else 0 end) as bigint) as {{ what }}
        {%- endfor %}

    from moments
    inner join incidents on moments.incident_id = incidents.incident_id
    cross join settings
    where moments.moment <= settings.as_of
    group by change_date, incidents.authority_id, incidents.municipality_id, incidents.group_code

)

select * from changes
