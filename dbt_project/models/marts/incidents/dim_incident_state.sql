with

states as (

    select * from {{ ref('incident_state') }}

),

listed as (

    select
        state,
        state_ru,
        state_en,
        is_awaiting_authority,
        sort_order

    from states

)

select * from listed
