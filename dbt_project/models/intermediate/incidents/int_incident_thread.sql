-- A thread counts as one: it knows what any of its posts says; of several, the one that names a house and came first.
-- The topic is that of most of its posts, so that one misread post does not keep a thread apart. Threads are numbered
-- in the order in which they began: an earlier thread has a smaller number, and ten million pairs of numbers cost half
-- of what pairs of ids do. A declared case that stands alone is a thread that is compared with none.

with

sights as (

    select * from {{ ref('int_incident_sight') }}

),

told_topics as (

    select
        thread_id,
        topic_code,
        group_code,
        max(topic_probability) as topic_probability,
        row_number() over (
            partition by thread_id
            order by count(*) desc, min(posted_at), topic_code
        ) as topic_rank

    from sights
    where topic_code is not null
    group by thread_id, topic_code, group_code

),

said as (

    select
        thread_id,
        region,
        window_hours,
        {{ first_known('town') }} over thread as town,
        {{ first_known('street') }} over thread as street,
        {{ first_known('house') }} over thread as house,
        {{ first_known('building') }} over thread as building,
        {{ first_known('entrance') }} over thread as entrance,
        {{ first_known('floor') }} over thread as floor,
        {{ first_known('institution') }} over thread as institution,
        {{ first_known('lat') }} over thread as lat,
        {{ first_known('lon') }} over thread as lon,
        {{ first_known('source') }} over by_time as source,
        {{ first_known('stated_topic') }} over by_time as stated_topic,
        {{ first_known('stated_group') }} over by_time as stated_group,
        {{ first_known('text_hash') }} over by_time as text_hash,
        {{ first_known('text_length') }} over by_time as text_length,
        {{ first_known('words') }} over by_time as words,
        {{ first_known('case when post_id = thread_id then author_subject_id end') }} over by_time as author_subject_id,
        min(case when is_chat then 1 else 0 end) over thread = 1 as is_chat,
        max(case when is_alone then 1 else 0 end) over thread = 1 as is_alone,
        min(posted_at) over thread as opened_at,
        max(posted_at) over thread as last_posted_at,
        min(settled_at) over thread as settled_at

    from sights
    window
        thread as (
            partition by thread_id
            order by case when house is null then 1 else 0 end, case when street is null then 1 else 0 end,
                posted_at, post_id
            rows between unbounded preceding and unbounded following
        ),
        by_time as (
            partition by thread_id
            order by posted_at, post_id
            rows between unbounded preceding and unbounded following
        )

),

once as (

    select distinct * from said

),

threads as (

    select
        row_number() over (order by once.opened_at, once.thread_id) as thread_number,
        once.*,
        told_topics.topic_code,
        told_topics.group_code,
        told_topics.topic_probability

    from once
    left join told_topics on once.thread_id = told_topics.thread_id and told_topics.topic_rank = 1

)

select * from threads
