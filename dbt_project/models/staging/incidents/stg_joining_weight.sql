with

rows_of_stage as (

    select * from {{ source('enriched', 'joining_weight') }}

),

renamed as (

    select
        region,
        feature,
        level,
        points,
        weights_version

    from rows_of_stage

)

select * from renamed
