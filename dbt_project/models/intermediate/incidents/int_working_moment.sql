-- What a clock on the wall shows, and how many working hours have passed, whenever a clock of an incident starts, stops
-- or pauses. Each instant is looked up once, however many clocks it concerns: a time zone costs more than a join.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

attempts as (

    select
        int_incident_attempt.*,
        coalesce(sources.time_zone, 'UTC') as time_zone

    from {{ ref('int_incident_attempt') }} as int_incident_attempt
    inner join {{ ref('int_incident_matter') }} as int_incident
        on int_incident_attempt.incident_id = int_incident.incident_id
    left join sources on int_incident.source = sources.source

),

days as (

    select * from {{ ref('int_working_day') }}

),

touched as (
    {% for moment in ['opened_at', 'started_at', 'replied_at', 'claimed_fixed_at', 'confirmed_at', 'paused_from',
        'paused_until'] %}
    select
        time_zone,
        {{ moment }} as moment

    from attempts
    where {{ moment }} is not null
    union
    {%- endfor %}
    select
        attempts.time_zone,
        settings.as_of as moment

    from (select distinct time_zone from attempts) as attempts
    cross join settings

),

on_the_wall as (

    select
        time_zone,
        moment,
        {{ local_time('moment', 'time_zone') }} as local_time

    from touched

),

counted as (

    select
        on_the_wall.time_zone,
        on_the_wall.moment,
        cast(on_the_wall.local_time as date) as local_date,
        {{ worked_hours('on_the_wall.local_time', 'days') }} as worked_hours

    from on_the_wall
    left join days on cast(on_the_wall.local_time as date) = days.day

)

select * from counted
