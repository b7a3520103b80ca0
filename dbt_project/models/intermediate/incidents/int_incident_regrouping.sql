-- Threads that other weights put to another incident, as incidents are named: by the post that a thread began with.

with

regroupings as (

    select * from {{ ref('stg_incident_regrouping') }}

),

named as (

    select
        thread_id,
        changed_at,
        weights_version,
        {{ hashed_id(["'incident'", 'from_matter_id']) }} as from_incident_id,
        {{ hashed_id(["'incident'", 'to_matter_id']) }} as to_incident_id

    from regroupings

)

select * from named
