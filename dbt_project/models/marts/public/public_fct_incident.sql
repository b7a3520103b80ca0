-- A row says of one incident what its cell says, and what became of it where enough people share that; the others of
-- the cell are told without it, and if they are too few, all of the cell are.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

people as (

    select * from {{ ref('int_incident_person') }}

),

incidents as (

    select
        *,
        cast(date_trunc('month', period_start) as date) as opened_month,
        coalesce(cast(is_reply_on_time as varchar), '') as outcome

    from {{ ref('int_public_incident') }}
    where municipality_id is not null and group_code is not null and period_kind in ('day', 'week', 'month')

),

by_person as (

    select
        incidents.cell_id,
        incidents.state,
        incidents.outcome,
        people.author_subject_id,
        count(*) as n_incidents

    from incidents
    inner join people on incidents.incident_id = people.incident_id
    group by incidents.cell_id, incidents.state, incidents.outcome, people.author_subject_id

),

counted as (

    select
        cell_id,
        state,
        outcome,
        count(*) as n_incidents

    from incidents
    group by cell_id, state, outcome

),

stood_on as (

    select
        cell_id,
        state,
        outcome,
        count(*) as n_people,
        max(n_incidents) as top_person_incidents

    from by_person
    group by cell_id, state, outcome

),

classes as (

    select
        counted.cell_id,
        counted.state,
        counted.outcome,
        {{ suppression_reason(
            'stood_on.n_people', 'stood_on.top_person_incidents', 'counted.n_incidents', 'settings.min_group_size'
        ) }} as reason

    from counted
    cross join settings
    left join stood_on
        on
            counted.cell_id = stood_on.cell_id
            and counted.state = stood_on.state
            and counted.outcome = stood_on.outcome

),

others as (

    select
        by_person.cell_id,
        by_person.author_subject_id

    from by_person
    inner join classes
        on
            by_person.cell_id = classes.cell_id
            and by_person.state = classes.state
            and by_person.outcome = classes.outcome
    where classes.reason is not null

),

few_others as (

    select others.cell_id

    from others
    cross join settings
    group by others.cell_id, settings.min_group_size
    having count(distinct others.author_subject_id) < settings.min_group_size

),

judged as (

    select
        incidents.*,
        case
            when classes.reason is not null then classes.reason
            when few_others.cell_id is not null then 'complementary'
        end as suppression_reason

    from incidents
    inner join classes
        on
            incidents.cell_id = classes.cell_id
            and incidents.state = classes.state
            and incidents.outcome = classes.outcome
    left join few_others on incidents.cell_id = few_others.cell_id

),

published_incidents as (

    select
        cell_id,
        opened_month,
        region,
        municipality_id,
        group_code,
        topic_code,
        authority_id,
        {{ shown('state', 'suppression_reason') }} as state,
        {{ shown('is_reply_on_time', 'suppression_reason') }} as is_reply_on_time,
        suppression_reason is not null as is_suppressed,
        suppression_reason

    from judged

)

select * from published_incidents
