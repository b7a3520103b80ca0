-- A thread counts as one: it knows what any of its posts says; of several, the one that names a house and came first.
-- Where none says the town, it is the one that who began it had always written of. The topic is that of most of its
-- posts, so that one misread post does not keep a thread apart. Threads are numbered in the order in which they began:
-- an earlier thread has a smaller number, and ten million pairs of numbers cost half of what pairs of ids do.

with

sights as (

    select * from {{ ref('int_incident_sight') }}
    where not is_alone

),

homes as (

    select * from {{ ref('int_author_town') }}

),

told_topics as (

    select
        unit_id,
        topic_code,
        group_code,
        row_number() over (
            partition by unit_id
            order by count(*) desc, min(posted_at), topic_code
        ) as topic_rank

    from sights
    where topic_code is not null
    group by unit_id, topic_code, group_code

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
        {{ first_known('lat') }} over thread as lat,
        {{ first_known('lon') }} over thread as lon,
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

threads as (

    select distinct * from said

),

units as (

    select
        row_number() over (order by threads.opened_at, threads.unit_id) as unit_number,
        threads.unit_id,
        threads.region,
        threads.window_hours,
        coalesce(threads.town, homes.town) as town,
        threads.street,
        threads.house,
        threads.institution,
        threads.lat,
        threads.lon,
        told_topics.topic_code,
        told_topics.group_code,
        threads.text_hash,
        threads.text_length,
        threads.is_chat,
        threads.opened_at,
        threads.last_posted_at

    from threads
    left join homes on threads.unit_id = homes.post_id
    left join told_topics on threads.unit_id = told_topics.unit_id and told_topics.topic_rank = 1

)

select * from units
