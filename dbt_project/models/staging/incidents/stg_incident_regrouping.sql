with

rows_of_stage as (

    select * from {{ source('enriched', 'incident_regrouping') }}

),

renamed as (

    select
        thread_id,
        from_matter_id,
        to_matter_id,
        changed_at,
        weights_version

    from rows_of_stage

)

select * from renamed
