with

channels as (

    select * from {{ ref('channel') }}

),

listed as (

    select
        channel,
        channel_ru,
        channel_en,
        channel_kind,
        sort_order

    from channels

)

select * from listed
