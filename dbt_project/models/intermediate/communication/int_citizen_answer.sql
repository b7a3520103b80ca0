with

sources as (

    select * from {{ source('run', 'source') }}

),

posts as (

    select * from {{ ref('int_live_post') }}
    where author_subject_id is not null

),

answers as (

    select
        posts.post_id,
        sources.region as organisation,
        posts.author_subject_id as source_subject_id,
        answered.author_subject_id as target_subject_id,
        posts.posted_at as sent_at,
        {{ local_date('posts.posted_at', 'sources.time_zone') }} as sent_date

    from posts
    inner join posts as answered on posts.parent_post_id = answered.post_id
    inner join sources on posts.source = sources.source
    where
        posts.posted_at is not null
        and posts.author_subject_id <> answered.author_subject_id
        and sources.region is not null

)

select * from answers
