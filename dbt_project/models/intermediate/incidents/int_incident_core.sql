-- The earliest thread of the incident of a thread: where its links end, and where what they end at was merged. Every
-- step doubles the distance, so that incident_merge_doublings steps follow 2^n merges.

with

chains as (

    select * from {{ ref('int_incident_chain') }}

),

merges as (

    select * from {{ ref('int_incident_merge') }}

),

step_0 as (

    select
        head_unit_id,
        into_unit_id

    from merges

)
{%- for step in range(1, var('incident_merge_doublings') + 1) %},

step_{{ step }} as (

    select
        near.head_unit_id,
        coalesce(far.into_unit_id, near.into_unit_id) as into_unit_id

    from step_{{ step - 1 }} as near
    left join step_{{ step - 1 }} as far on near.into_unit_id = far.head_unit_id

)
{%- endfor %},

cores as (

    select
        chains.unit_id,
        coalesce(merged.into_unit_id, chains.head_unit_id) as core_unit_id

    from chains
    left join step_{{ var('incident_merge_doublings') }} as merged on chains.head_unit_id = merged.head_unit_id

)

select * from cores
