-- The state of an incident is what its latest event that says anything about the state left it in; of events at one
-- instant the later kind of the seed event_kind wins (that order is already in sequence_number).

with

events as (

    select * from {{ ref('int_incident_event') }}

),

replies as (

    select * from {{ ref('int_reply') }}
    where is_first_reply

),

last_numbers as (

    select
        incident_id,
        max(case when state is not null then sequence_number end) as state_number,
        max(case when authority_id is not null then sequence_number end) as authority_number,
        max(case when due_at is not null then sequence_number end) as due_number,
        max(case when event_kind = 'confirmed' then sequence_number end) as confirmed_number,
        max(case when event_kind in ('refuted', 'reopened') then sequence_number end) as contested_number,
        max(
            case
                when event_kind in ('reply_drafted', 'reply_approved', 'reply', 'interim_reply') then sequence_number
            end
        ) as moderation_number,
        max(case when event_kind = 'closed' then sequence_number end) as closed_number,
        max(case when event_kind = 'reopened' then sequence_number end) as reopened_number,
        min(case when event_kind = 'claimed_fixed' and not is_before_opening then event_at end) as claimed_fixed_at,
        min(case when event_kind = 'confirmed' and not is_before_opening then event_at end) as confirmed_at,
        sum(case when event_kind = 'reopened' then 1 else 0 end) as n_reopenings

    from events
    group by incident_id

),

states as (

    select
        last_numbers.incident_id,
        coalesce(last_state.state, 'received') as state,
        last_authority.authority_id,
        last_due.due_at as declared_due_at,
        case
            when last_moderation.event_kind = 'reply_drafted' then 'drafted'
            when last_moderation.event_kind = 'reply_approved' then 'approved'
            when last_moderation.event_kind is not null then 'published'
        end as reply_state,
        replies.replied_at as first_reply_at,
        replies.hours_since_opening as citizen_wait_hours,
        replies.authority_id as answering_authority_id,
        replies.is_interim as is_first_reply_interim,
        last_numbers.claimed_fixed_at,
        last_numbers.confirmed_at,
        -- A case that was opened again after it was closed is not closed.
        case
            when last_numbers.closed_number > coalesce(last_numbers.reopened_number, 0) then last_closed.event_at
        end as closed_at,
        cast(last_numbers.n_reopenings as bigint) as n_reopenings,
        coalesce(last_numbers.confirmed_number > coalesce(last_numbers.contested_number, 0), false) as is_confirmed

    from last_numbers
    left join events as last_state
        on
            last_numbers.incident_id = last_state.incident_id
            and last_numbers.state_number = last_state.sequence_number
    left join events as last_authority
        on
            last_numbers.incident_id = last_authority.incident_id
            and last_numbers.authority_number = last_authority.sequence_number
    left join events as last_due
        on
            last_numbers.incident_id = last_due.incident_id
            and last_numbers.due_number = last_due.sequence_number
    left join events as last_moderation
        on
            last_numbers.incident_id = last_moderation.incident_id
            and last_numbers.moderation_number = last_moderation.sequence_number
    left join events as last_closed
        on
            last_numbers.incident_id = last_closed.incident_id
            and last_numbers.closed_number = last_closed.sequence_number
    left join replies on last_numbers.incident_id = replies.incident_id

)

select * from states
