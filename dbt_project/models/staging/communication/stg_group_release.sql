with

group_releases as (

    select * from {{ source('enriched', 'group_release') }}

),

renamed as (

    select
        interest_group_id,
        subject_id,
        is_held,
        is_withheld

    from group_releases

)

select * from renamed
