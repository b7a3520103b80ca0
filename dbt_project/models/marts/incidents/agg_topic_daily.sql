with

settings as (

    select * from {{ source('run', 'settings') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

topics as (

    select * from {{ ref('int_topic') }}

),

posts as (

    select
        {{ local_date('posts.posted_at', 'sources.time_zone') }} as posted_date,
        posts.source,
        posts.topic_code,
        posts.intent,
        posts.author_subject_id

    from {{ ref('int_live_post') }} as posts
    inner join sources on posts.source = sources.source
    where posts.posted_at is not null

),

posts_by_person as (

    select
        posted_date,
        source,
        topic_code,
        author_subject_id,
        count(*) as n_posts,
        count(*) filter (where intent = 'complaint') as n_complaints,
        count(*) filter (where intent = 'question') as n_questions

    from posts
    group by posted_date, source, topic_code, author_subject_id

),

cells as (

    select
        posted_date,
        source,
        topic_code,
        cast(sum(n_posts) as bigint) as n_posts,
        cast(sum(n_complaints) as bigint) as n_complaints,
        cast(sum(n_questions) as bigint) as n_questions,
        -- Posts without a known author belong to the cell, but to nobody who could be counted.
        count(author_subject_id) as n_people,
        max(case when author_subject_id is not null then n_posts end) as top_person_posts

    from posts_by_person
    group by posted_date, source, topic_code

),

judged as (

    select
        cells.*,
        {{ suppression_reason(
            'cells.n_people', 'cells.top_person_posts', 'cells.n_posts', 'settings.min_group_size'
        ) }} as primary_reason

    from cells
    cross join settings

),

suppressed as (

    select
        *,
        {{ complementary_suppression_reason(
            'primary_reason', 'posted_date, source', 'n_people', 'topic_code'
        ) }} as suppression_reason

    from judged

),

daily as (

    select
        suppressed.posted_date,
        suppressed.source,
        suppressed.topic_code,
        topics.group_code,
        {{ shown('suppressed.n_posts', 'suppressed.suppression_reason') }} as n_posts,
        {{ shown('suppressed.n_complaints', 'suppressed.suppression_reason') }} as n_complaints,
        {{ shown('suppressed.n_questions', 'suppressed.suppression_reason') }} as n_questions,
        {{ shown('suppressed.n_people', 'suppressed.suppression_reason') }} as n_people,
        suppressed.suppression_reason is not null as is_suppressed,
        suppressed.suppression_reason

    from suppressed
    left join topics on suppressed.topic_code = topics.topic_code

)

select * from daily
