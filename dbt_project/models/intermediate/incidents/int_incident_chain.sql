-- Where the links of a thread lead: the thread they end at.

with

units as (

    select * from {{ ref('int_incident_unit') }}

),

links as (

    select * from {{ ref('int_incident_link') }}

),

{{ followed('ends', 'links', 'unit_number', 'other_unit_number', var('incident_chain_doublings')) }},

chains as (

    select
        units.unit_number,
        coalesce(ends.other_unit_number, units.unit_number) as head_unit_number

    from units
    left join ends on units.unit_number = ends.unit_number

)

select * from chains
