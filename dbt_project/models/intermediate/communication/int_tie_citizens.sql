with

settings as (

    select * from {{ source('run', 'settings') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

posts as (

    select * from {{ ref('int_live_post') }}
    where author_subject_id is not null

),

answers as (

    select
        sources.region as organisation,
        posts.author_subject_id as source_subject_id,
        answered.author_subject_id as target_subject_id,
        posts.posted_at as sent_at

    from posts
    inner join posts as answered on posts.parent_post_id = answered.post_id
    inner join sources on posts.source = sources.source
    where
        posts.posted_at is not null
        and posts.author_subject_id <> answered.author_subject_id
        and sources.region is not null

),

newest as (

    select
        organisation,
        max(sent_at) as newest_at

    from answers
    group by organisation

),

weighted as (

    select
        answers.organisation,
        answers.source_subject_id,
        answers.target_subject_id,
        answers.sent_at,
        {{ message_weight(
            '1', hours_between('answers.sent_at', 'newest.newest_at'), 'settings.tie_half_life_days'
        ) }} as weight

    from answers
    cross join settings
    inner join newest on answers.organisation = newest.organisation

),

ties as (

    select
        'citizens' as network,
        organisation,
        source_subject_id,
        target_subject_id,
        count(*) as n_messages,
        -- Rounded, because the order in which a parallel sum adds up changes its last digits.
        round(sum(weight), 9) as weight,
        min(sent_at) as first_at,
        max(sent_at) as last_at

    from weighted
    group by organisation, source_subject_id, target_subject_id

)

select * from ties
