-- A thread counts as one: it knows what any of its posts says; of several, the one that names a house and came first.

with

sights as (

    select * from {{ ref('int_incident_sight') }}
    where not is_alone

),

said as (

    select
        unit_id,
        region,
        window_hours,
        {{ first_known('town') }} over thread as town,
        {{ first_known('street') }} over thread as street,
        {{ first_known('house') }} over thread as house,
        {{ first_known('institution') }} over thread as institution,
        {{ first_known('topic_code') }} over thread as topic_code,
        {{ first_known('group_code') }} over thread as group_code,
        {{ first_known('text_hash') }} over by_time as text_hash,
        {{ first_known('text_length') }} over by_time as text_length,
        min(case when is_chat then 1 else 0 end) over thread = 1 as is_chat,
        min(posted_at) over thread as opened_at,
        max(posted_at) over thread as last_posted_at

    from sights
    window
        thread as (
            partition by unit_id
            order by case when house is null then 1 else 0 end, case when street is null then 1 else 0 end,
                posted_at, post_id
            rows between unbounded preceding and unbounded following
        ),
        by_time as (
            partition by unit_id
            order by posted_at, post_id
            rows between unbounded preceding and unbounded following
        )

),

units as (

    select distinct * from said

)

select * from units
