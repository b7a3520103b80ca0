with

incident_posts as (

    select * from {{ ref('int_incident_post') }}

),

posts as (

    select * from {{ ref('int_live_post') }}

),

events as (

    select * from {{ ref('int_case_event') }}

),

openings as (

    select
        incident_posts.incident_id,
        incident_posts.post_id,
        posts.posted_at as opened_at

    from incident_posts
    inner join posts on incident_posts.post_id = posts.post_id
    where incident_posts.is_opening

),

cases as (

    select distinct post_id from events

),

declared as (

    select
        openings.incident_id,
        openings.opened_at,
        events.post_id as case_post_id,
        events.event_id,
        events.event_kind,
        events.event_kind_order,
        events.state,
        events.event_at,
        events.authority_id,
        events.due_at,
        false as is_synthesized

    from events
    inner join incident_posts on events.post_id = incident_posts.post_id
    inner join openings on incident_posts.incident_id = openings.incident_id

),

synthesized as (

    select
        openings.incident_id,
        openings.opened_at,
        openings.post_id as case_post_id,
        {{ hashed_id(["'received'", 'openings.incident_id']) }} as event_id,
        'received' as event_kind,
        1 as event_kind_order,
        'received' as state,
        openings.opened_at as event_at,
        cast(null as varchar) as authority_id,
        cast(null as {{ dbt.type_timestamp() }}) as due_at,
        true as is_synthesized

    from openings
    left join cases on openings.post_id = cases.post_id
    where cases.post_id is null

),

events_of_incidents as (

    select * from declared
    union all
    select * from synthesized

),

numbered as (

    select
        *,
        row_number() over (
            partition by incident_id
            order by event_at, event_kind_order, event_id
        ) as sequence_number

    from events_of_incidents

),

with_history as (

    select
        *,
        1 + sum(case when event_kind = 'reopened' then 1 else 0 end) over so_far as attempt_number,
        sum(case when event_kind = 'clarification_requested' then 1 else 0 end) over so_far as n_requested,
        sum(case when event_kind in ('reply', 'interim_reply', 'claimed_fixed') then 1 else 0 end) over so_far
            as n_answered,
        sum(case when event_kind in ('confirmed', 'refuted', 'closed') then 1 else 0 end) over so_far as n_settled

    from numbered
    -- What may follow what is a matter of one case, even where several are one incident.
    window so_far as (
        partition by incident_id, case_post_id
        order by sequence_number
        rows between unbounded preceding and current row
    )

),

flagged as (

    select
        incident_id,
        case_post_id,
        event_id,
        cast(sequence_number as bigint) as sequence_number,
        event_kind,
        state,
        event_at,
        opened_at,
        event_at < opened_at as is_before_opening,
        cast(attempt_number as bigint) as attempt_number,
        authority_id,
        due_at,
        is_synthesized,
        event_at < opened_at
        or event_kind = 'clarified' and n_requested = 0
        or event_kind in ('confirmed', 'refuted') and n_answered = 0
        or event_kind = 'reopened' and n_answered + n_settled = 0 as is_out_of_order

    from with_history

)

select * from flagged
