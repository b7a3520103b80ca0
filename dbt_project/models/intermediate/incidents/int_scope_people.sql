-- How many people stand behind the groups that incidents are counted in.

with

scopes as (

    select * from {{ ref('int_incident_scope') }}

),

people as (

    select * from {{ ref('int_incident_person') }}

),

counted as (

    select
        scopes.scope,
        scopes.cell_id,
        count(distinct people.author_subject_id) as n_people

    from scopes
    left join people on scopes.incident_id = people.incident_id
    group by scopes.scope, scopes.cell_id

)

select * from counted
