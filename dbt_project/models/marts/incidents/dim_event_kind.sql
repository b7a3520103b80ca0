with

event_kinds as (

    select * from {{ ref('event_kind') }}

),

listed as (

    select
        event_kind,
        event_kind_ru,
        event_kind_en,
        state,
        sort_order

    from event_kinds

)

select * from listed
