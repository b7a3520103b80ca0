-- Who is late, how late, and who is next to be told. Only what the authority has to do: the reply and the fix. The
-- level rises by one with every step of hours late, as far up as the list of authorities goes.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

clocks as (

    select * from {{ ref('int_incident_clock') }}
    where clock <> 'confirmed_fix' and not is_stopped

),

last_attempts as (

    select
        *,
        row_number() over (partition by incident_id, clock order by attempt_number desc) as attempt_rank

    from clocks

),

incidents as (

    select * from {{ ref('int_incident') }}

),

states as (

    select * from {{ ref('incident_state') }}

),

authorities as (

    select * from {{ ref('int_authority') }}

),

late as (

    select
        last_attempts.incident_id,
        last_attempts.clock,
        last_attempts.attempt_number,
        incidents.source,
        incidents.municipality_id,
        incidents.topic_code,
        incidents.state,
        incidents.authority_id,
        incidents.authority_origin,
        last_attempts.started_at,
        last_attempts.due_at,
        {{ hours_between('last_attempts.due_at', 'settings.as_of') }} as hours_late

    from last_attempts
    cross join settings
    inner join incidents on last_attempts.incident_id = incidents.incident_id
    inner join states on incidents.state = states.state
    where
        last_attempts.attempt_rank = 1
        and last_attempts.due_at < settings.as_of
        and (
            last_attempts.clock = 'reply' and states.is_awaiting_authority
            or last_attempts.clock = 'claimed_fix' and (states.is_awaiting_authority or incidents.state = 'replied')
        )

),

levelled as (

    select
        late.*,
        authorities.shown_name as authority_name,
        coalesce(parents.authority_id, authorities.authority_id) as above_id,
        coalesce(grandparents.authority_id, parents.authority_id, authorities.authority_id) as top_id,
        least(3, 1 + cast(floor(late.hours_late / {{ var('escalation_step_hours') }}) as bigint)) as escalation_level

    from late
    left join authorities on late.authority_id = authorities.authority_id
    left join authorities as parents on authorities.parent_authority_id = parents.authority_id
    left join authorities as grandparents on parents.parent_authority_id = grandparents.authority_id

),

addressed as (

    select
        *,
        case escalation_level when 1 then authority_id when 2 then above_id else top_id end as escalate_to_authority_id

    from levelled

),

escalated as (

    select
        addressed.incident_id,
        addressed.clock,
        addressed.attempt_number,
        addressed.source,
        addressed.municipality_id,
        addressed.topic_code,
        addressed.state,
        addressed.authority_id,
        addressed.authority_origin,
        coalesce(addressed.authority_name, 'не определён') as authority_name,
        addressed.started_at,
        addressed.due_at,
        addressed.hours_late,
        cast(addressed.escalation_level as bigint) as escalation_level,
        addressed.escalate_to_authority_id,
        coalesce(authorities.shown_name, 'не определён') as escalate_to_authority_name

    from addressed
    left join authorities on addressed.escalate_to_authority_id = authorities.authority_id

)

select * from escalated
