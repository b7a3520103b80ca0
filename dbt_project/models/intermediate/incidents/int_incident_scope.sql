-- The groups that figures of incidents are told for: all of them, one authority, one group of topics, one
-- municipality, one source.

with

incidents as (

    select * from {{ ref('int_incident') }}

),

scopes as (

    select incident_id, 'all' as scope, cast('all' as varchar) as cell_id from incidents
    union all
    select incident_id, 'authority' as scope, authority_id as cell_id from incidents
    union all
    select incident_id, 'topic_group' as scope, group_code as cell_id from incidents
    union all
    select incident_id, 'municipality' as scope, municipality_id as cell_id from incidents
    union all
    select incident_id, 'source' as scope, source as cell_id from incidents

),

-- What nobody knows is a cell of its own, so that the cells of a scope add up.
filled as (

    select
        incident_id,
        scope,
        coalesce(cell_id, 'unknown') as cell_id

    from scopes

)

select * from filled
