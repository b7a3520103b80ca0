-- Definition 22 over the twelve weeks up to as_of. Constructive is a message with something to act on or to learn from:
-- a complaint, a question, a review, thanks.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

posts as (

    select * from {{ ref('int_live_post') }}

),

dated as (

    select
        posts.post_id,
        sources.region as organisation,
        posts.author_subject_id as subject_id,
        posts.intent,
        posts.topic_code,
        floor({{ hours_between('posts.posted_at', 'settings.as_of') }} / (24 * 7)) as weeks_ago

    from posts
    cross join settings
    inner join sources on posts.source = sources.source
    where posts.author_subject_id is not null and posts.posted_at is not null and sources.region is not null

),

recent as (

    select * from dated
    where weeks_ago < {{ var('active_citizen_window_weeks') }}

),

repliers as (

    select
        answered.organisation,
        answered.subject_id,
        count(distinct answers.author_subject_id) as n_repliers

    from recent as answered
    inner join posts as answers on answered.post_id = answers.parent_post_id
    where answers.author_subject_id <> answered.subject_id
    group by answered.organisation, answered.subject_id

),

counted as (

    select
        organisation,
        subject_id,
        count(distinct weeks_ago) as n_active_weeks,
        count(*) filter (where intent in ('complaint', 'question', 'review', 'thanks')) as n_constructive_messages,
        count(distinct topic_code) as n_topics

    from recent
    group by organisation, subject_id

),

judged as (

    select
        counted.organisation,
        counted.subject_id,
        counted.n_active_weeks,
        counted.n_constructive_messages,
        coalesce(repliers.n_repliers, 0) as n_repliers,
        counted.n_topics,
        counted.n_active_weeks >= settings.active_citizen_min_weeks
        and counted.n_constructive_messages >= settings.active_citizen_min_messages
        and coalesce(repliers.n_repliers, 0) >= settings.active_citizen_min_repliers
        and counted.n_topics >= settings.active_citizen_min_topics as is_active

    from counted
    cross join settings
    left join repliers
        on counted.organisation = repliers.organisation and counted.subject_id = repliers.subject_id

)

select * from judged
