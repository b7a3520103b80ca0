with

roles as (

    select * from {{ source('enriched', 'role') }}

),

renamed as (

    select
        network,
        organisation,
        subject_id,
        contact_count,
        core_number,
        "constraint" as constraint_score,
        participation as participation_score,
        within_group_z,
        role

    from roles

)

select * from renamed
