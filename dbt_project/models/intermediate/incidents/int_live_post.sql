-- What the run may see: posts that are not deleted and were written by as_of, or at an unknown time, with their topics
-- in the taxonomy in force. A view, because as_of moves with every run while int_post does not.
{{ config(materialized='view') }}

with

settings as (

    select * from {{ source('run', 'settings') }}

),

posts as (

    select * from {{ ref('int_post') }}

),

topics as (

    select * from {{ ref('int_post_topic') }}

),

live as (

    select
        posts.post_id,
        posts.source,
        posts.source_post_id,
        posts.parent_post_id,
        posts.author_subject_id,
        posts.channel,
        posts.text,
        posts.text_hash,
        posts.text_length,
        posts.place_text,
        posts.page_place,
        posts.declared_municipality,
        posts.declared_district,
        posts.declared_group,
        posts.declared_topic,
        posts.declared_authority,
        posts.lat,
        posts.lon,
        posts.reactions,
        posts.posted_at,
        posts.intent,
        posts.intent_probability,
        topics.topic_code,
        topics.topic_probability,
        topics.topic_origin,
        posts.model_version,
        posts.place_key,
        posts.house,
        posts.read_street,
        posts.stated_street,
        posts.stated_house,
        posts.stated_building,
        posts.words,
        posts.entrance,
        posts.floor,
        posts.is_severe,
        posts.heard_words,
        posts.heard_word_pairs

    from posts
    cross join settings
    inner join topics on posts.post_id = topics.post_id
    where not posts.is_deleted and (posts.posted_at is null or posts.posted_at <= settings.as_of)

)

select * from live
