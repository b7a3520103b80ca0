with

clocks as (

    select * from {{ ref('clock') }}

),

listed as (

    select
        clock,
        clock_ru,
        clock_en,
        stopped_by,
        sort_order

    from clocks

)

select * from listed
