with

intents as (

    select * from {{ ref('intent') }}

),

listed as (

    select
        intent,
        intent_ru,
        intent_en,
        is_actionable,
        sort_order

    from intents

)

select * from listed
