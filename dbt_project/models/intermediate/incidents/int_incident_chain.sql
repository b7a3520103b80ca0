-- Where the links of a thread lead: the thread they end at.

with

units as (

    select * from {{ ref('int_incident_unit') }}

),

links as (

    select * from {{ ref('int_incident_link') }}

),

{{ followed('ends', 'links', 'unit_id', 'other_unit_id', var('incident_chain_doublings')) }},

chains as (

    select
        units.unit_id,
        coalesce(ends.other_unit_id, units.unit_id) as head_unit_id

    from units
    left join ends on units.unit_id = ends.unit_id

)

select * from chains
