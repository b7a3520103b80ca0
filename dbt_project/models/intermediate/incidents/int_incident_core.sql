-- The earliest thread of the incident of a thread: where its links end, and where what they end at was merged.

with

chains as (

    select * from {{ ref('int_incident_chain') }}

),

merges as (

    select * from {{ ref('int_incident_merge') }}

),

{{ followed('ends', 'merges', 'head_unit_id', 'into_unit_id', var('incident_merge_doublings')) }},

cores as (

    select
        chains.unit_id,
        coalesce(ends.into_unit_id, chains.head_unit_id) as core_unit_id

    from chains
    left join ends on chains.head_unit_id = ends.head_unit_id

)

select * from cores
