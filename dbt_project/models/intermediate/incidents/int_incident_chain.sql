-- Where the links of a thread lead: the thread they end at. Every step doubles the distance, so that
-- incident_chain_doublings steps follow 2^n links.

with

units as (

    select * from {{ ref('int_incident_unit') }}

),

links as (

    select * from {{ ref('int_incident_link') }}

),

step_0 as (

    select
        units.unit_id,
        coalesce(links.other_unit_id, units.unit_id) as head_unit_id

    from units
    left join links on units.unit_id = links.unit_id

)
{%- for step in range(1, var('incident_chain_doublings') + 1) %},

step_{{ step }} as (

    select
        near.unit_id,
        far.head_unit_id

    from step_{{ step - 1 }} as near
    inner join step_{{ step - 1 }} as far on near.head_unit_id = far.unit_id

)
{%- endfor %},

chains as (

    select * from step_{{ var('incident_chain_doublings') }}

)

select * from chains
