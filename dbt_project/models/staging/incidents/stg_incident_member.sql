with

rows_of_stage as (

    select * from {{ source('enriched', 'incident_member') }}

),

renamed as (

    select
        thread_id,
        matter_id,
        linked_thread_id,
        is_by_label,
        evidenced_matter_id,
        decided_at,
        site_id,
        weights_version

    from rows_of_stage

)

select * from renamed
