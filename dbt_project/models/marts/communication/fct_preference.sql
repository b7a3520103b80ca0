with

preferences as (

    select * from {{ ref('int_preference') }}

),

published_preferences as (

    select
        network,
        organisation,
        level,
        member_id,
        kind,
        item,
        {{ shown('n_messages', 'suppression_reason') }} as n_messages,
        {{ shown('n_people', 'suppression_reason') }} as n_people,
        {{ shown('share', 'suppression_reason') }} as share,
        {{ shown('lift', 'suppression_reason') }} as lift,
        {{ shown('breadth', 'suppression_reason') }} as breadth,
        suppression_reason is not null as is_suppressed,
        suppression_reason

    from preferences

)

select * from published_preferences
