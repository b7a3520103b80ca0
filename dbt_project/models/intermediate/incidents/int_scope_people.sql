-- Which groups of incidents may be told (definition 24); where exactly one of a scope is hidden, subtraction would show
-- it, so the smallest of the others is hidden too.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

scopes as (

    select * from {{ ref('int_incident_scope') }}

),

people as (

    select * from {{ ref('int_incident_person') }}

),

by_person as (

    select
        scopes.scope,
        scopes.cell_id,
        people.author_subject_id,
        count(*) as n_incidents

    from scopes
    inner join people on scopes.incident_id = people.incident_id
    group by scopes.scope, scopes.cell_id, people.author_subject_id

),

counted as (

    select
        scope,
        cell_id,
        count(*) as n_people,
        max(n_incidents) as top_person_incidents

    from by_person
    group by scope, cell_id

),

cells as (

    select
        scope,
        cell_id,
        count(*) as n_incidents

    from scopes
    group by scope, cell_id

),

judged as (

    select
        cells.scope,
        cells.cell_id,
        cells.n_incidents,
        coalesce(counted.n_people, 0) as n_people,
        {{ suppression_reason(
            'counted.n_people', 'counted.top_person_incidents', 'cells.n_incidents', 'settings.min_group_size'
        ) }} as primary_reason

    from cells
    cross join settings
    left join counted on cells.scope = counted.scope and cells.cell_id = counted.cell_id

),

told as (

    select
        scope,
        cell_id,
        n_incidents,
        n_people,
        {{ complementary_suppression_reason('primary_reason', 'scope', 'n_people', 'cell_id') }} as suppression_reason

    from judged

)

select * from told
