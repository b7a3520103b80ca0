-- The earliest thread of the incident of a thread: where its links end, and where what they end at was merged.

with

chains as (

    select * from {{ ref('int_incident_chain') }}

),

merges as (

    select * from {{ ref('int_incident_merge') }}

),

{{ followed('ends', 'merges', 'head_unit_number', 'into_unit_number', var('incident_merge_doublings')) }},

cores as (

    select
        chains.unit_number,
        coalesce(ends.into_unit_number, chains.head_unit_number) as core_unit_number

    from chains
    left join ends on chains.head_unit_number = ends.head_unit_number

)

select * from cores
