with

codes as (

    select * from {{ ref('code') }}

),

listed as (

    select
        column_name,
        code,
        code_ru

    from codes

)

select * from listed
