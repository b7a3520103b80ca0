-- Three clocks an attempt (definition 4), the one place where a verdict on time is made: it is null until the term has
-- passed, even for what was answered already (definition 5). Elapsed time is counted from the opening of the incident,
-- so a reopening continues the clock; the term of an attempt runs from its start. Whether in time is judged by the
-- calendar that the term names; both calendars' hours stand beside each other.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

attempts as (

    select * from {{ ref('int_incident_attempt') }}

),

incidents as (

    select * from {{ ref('int_incident_matter') }}

),

routes as (

    select * from {{ ref('int_incident_route') }}

),

authorities as (

    select * from {{ ref('int_authority_period') }}

),

terms as (

    select * from {{ ref('int_sla_term') }}

),

moments as (

    select * from {{ ref('int_working_moment') }}

),

working_days as (

    select * from {{ ref('int_working_day') }}
    where is_working

),

clocks as (

    select incident_id, attempt_number, 'reply' as clock, opened_at, started_at, replied_at as stopped_at,
        paused_from, paused_until
    from attempts
    union all
    select incident_id, attempt_number, 'claimed_fix' as clock, opened_at, started_at, claimed_fixed_at as stopped_at,
        paused_from, paused_until
    from attempts
    union all
    select incident_id, attempt_number, 'confirmed_fix' as clock, opened_at, started_at, confirmed_at as stopped_at,
        paused_from, paused_until
    from attempts

),

-- A pause counts as far as the clock was still running.
paused as (

    select
        clocks.incident_id,
        clocks.attempt_number,
        clocks.clock,
        clocks.opened_at,
        clocks.started_at,
        clocks.stopped_at,
        coalesce(clocks.stopped_at, settings.as_of) as counted_until,
        case
            when clocks.paused_from is not null
                then least(clocks.paused_from, coalesce(clocks.stopped_at, settings.as_of))
        end as paused_from,
        case
            when clocks.paused_until is not null
                then least(clocks.paused_until, coalesce(clocks.stopped_at, settings.as_of))
        end as paused_until,
        settings.as_of,
        settings.default_sla_hours,
        incidents.topic_code,
        incidents.group_code,
        authorities.level as authority_level,
        coalesce(sources.time_zone, 'UTC') as time_zone,
        openings.local_date as opened_date,
        openings.worked_hours as worked_at_opening

    from clocks
    cross join settings
    inner join incidents on clocks.incident_id = incidents.incident_id
    inner join routes on clocks.incident_id = routes.incident_id
    left join sources on incidents.source = sources.source
    inner join moments as openings
        on coalesce(sources.time_zone, 'UTC') = openings.time_zone and clocks.opened_at = openings.moment
    left join authorities
        on
            routes.authority_id = authorities.authority_id
            and {{ holds_on('authorities', 'openings.local_date') }}

),

contexts as (

    select distinct
        clock,
        topic_code,
        group_code,
        authority_level,
        opened_date

    from paused

),

ranked_terms as (

    select
        contexts.clock,
        contexts.topic_code,
        contexts.group_code,
        contexts.authority_level,
        contexts.opened_date,
        terms.term_hours,
        terms.calendar,
        terms.sla_term_code,
        row_number() over (
            partition by
                contexts.clock, contexts.topic_code, contexts.group_code, contexts.authority_level,
                contexts.opened_date
            order by
                case when terms.topic_code is null then 1 else 0 end,
                case when terms.group_code is null then 1 else 0 end,
                case when terms.authority_level is null then 1 else 0 end,
                terms.valid_from desc,
                terms.sla_term_code
        ) as term_rank

    from contexts
    inner join terms
        on
            contexts.clock = terms.clock
            and (terms.topic_code is null or contexts.topic_code = terms.topic_code)
            and (terms.group_code is null or contexts.group_code = terms.group_code)
            and (terms.authority_level is null or contexts.authority_level = terms.authority_level)
            and {{ holds_on('terms', 'contexts.opened_date') }}

),

termed as (

    select
        paused.*,
        coalesce(ranked_terms.sla_term_code, case when paused.clock = 'reply' then 'default' end) as sla_term_code,
        coalesce(ranked_terms.term_hours, case when paused.clock = 'reply' then paused.default_sla_hours end)
            as term_hours,
        coalesce(ranked_terms.calendar, 'calendar') as term_calendar,
        coalesce({{ hours_between('paused.paused_from', 'paused.paused_until') }}, 0.0) as paused_hours

    from paused
    left join ranked_terms
        on
            paused.clock = ranked_terms.clock
            and paused.topic_code is not distinct from ranked_terms.topic_code
            and paused.group_code is not distinct from ranked_terms.group_code
            and paused.authority_level is not distinct from ranked_terms.authority_level
            and paused.opened_date = ranked_terms.opened_date
            and ranked_terms.term_rank = 1

),

-- Working hours since the beginning of the calendar at each of the five instants; null outside of the calendar.
worked as (

    select
        termed.*,
        starts.worked_hours as worked_at_start,
        ends.worked_hours as worked_at_end,
        case
            when termed.paused_from is null then 0.0
            else pause_ends.worked_hours - pause_starts.worked_hours
        end as paused_working_hours,
        -- Only a pause that began within the term moves its end: what is late stays late.
        case
            when termed.paused_from is null then false
            when termed.term_calendar = 'working'
                then pause_starts.worked_hours - starts.worked_hours < termed.term_hours
            else {{ hours_between('termed.started_at', 'termed.paused_from') }} < termed.term_hours
        end as is_term_paused

    from termed
    left join moments as starts on termed.time_zone = starts.time_zone and termed.started_at = starts.moment
    left join moments as ends on termed.time_zone = ends.time_zone and termed.counted_until = ends.moment
    left join moments as pause_starts
        on termed.time_zone = pause_starts.time_zone and termed.paused_from = pause_starts.moment
    left join moments as pause_ends
        on termed.time_zone = pause_ends.time_zone and termed.paused_until = pause_ends.moment

),

-- The working day on which the last hour of the term falls, so that it can be looked up.
aimed as (

    select
        *,
        case
            when term_calendar = 'working'
                then cast(ceil(
                    (worked_at_start + term_hours + case when is_term_paused then paused_working_hours else 0.0 end)
                    / {{ var('working_day_hours') }}
                ) as bigint)
        end as due_working_day

    from worked

),

due as (

    select
        worked.*,
        case
            when worked.term_calendar = 'calendar'
                then {{ add_fractional_hours(
                    'worked.started_at',
                    'worked.term_hours + case when worked.is_term_paused then worked.paused_hours else 0.0 end'
                ) }}
            else
                {{ instant_of_local_time(
                    add_fractional_hours(
                        'cast(working_days.day as timestamp)',
                        var('working_day_start_hour') ~ ' + worked.worked_at_start + worked.term_hours'
                        ~ ' + case when worked.is_term_paused then worked.paused_working_hours else 0.0 end'
                        ~ ' - working_days.hours_before'
                    ),
                    'worked.time_zone'
                ) }}
        end as due_at

    from aimed as worked
    left join working_days on worked.due_working_day = working_days.n_working_days_so_far

),

measured as (

    select
        incident_id,
        clock,
        attempt_number,
        started_at,
        stopped_at,
        {{ hours_between('opened_at', 'counted_until') }} - paused_hours as calendar_hours,
        worked_at_end - worked_at_opening - paused_working_hours as working_hours,
        {{ hours_between('started_at', 'counted_until') }} - paused_hours as attempt_hours,
        paused_hours,
        sla_term_code,
        cast(term_hours as bigint) as term_hours,
        term_calendar,
        due_at,
        stopped_at is not null as is_stopped,
        coalesce(due_at <= as_of, false) as is_ripe,
        case when due_at <= as_of then coalesce(stopped_at <= due_at, false) end as is_on_time

    from due

)

select * from measured
