-- Which topic came up where, and when. No counts: they are of other days than the cells of agg_topic, and a difference
-- could be of one person.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

bursts as (

    select * from {{ ref('int_burst') }}

),

judged as (

    select
        bursts.topic_code,
        bursts.municipality_id,
        bursts.first_date,
        bursts.last_date,
        bursts.n_people,
        {{ suppression_reason(
            'bursts.n_people', 'bursts.top_person_posts', 'bursts.n_posts', 'settings.min_group_size'
        ) }} as suppression_reason

    from bursts
    cross join settings

),

told as (

    select
        topic_code,
        municipality_id,
        first_date,
        last_date,
        n_people

    from judged
    where suppression_reason is null

)

select * from told
