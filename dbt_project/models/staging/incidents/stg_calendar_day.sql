with

days as (

    select * from {{ source('reference', 'calendar_day') }}

),

renamed as (

    select
        day,
        is_working

    from days

)

select * from renamed
