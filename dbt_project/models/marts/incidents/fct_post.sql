with

posts as (

    select * from {{ ref('int_live_post') }}

),

places as (

    select * from {{ ref('int_post_municipality') }}

),

topics as (

    select * from {{ ref('int_topic') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

texts as (

    select * from {{ ref('int_post_text') }}

),

strings as (

    select * from {{ ref('int_shown_string') }}

),

authorities as (

    select * from {{ ref('int_shown_authority') }}

),

live_posts as (

    select
        ---------- ids
        posts.post_id,
        posts.source,
        posts.source_post_id,
        posts.author_subject_id,
        posts.parent_post_id,
        posts.text_hash,

        ---------- words
        posts.channel,
        posts.text,
        posts.intent,
        posts.topic_code,
        topics.group_code,
        municipality_strings.shown as declared_municipality,
        district_strings.shown as declared_district,
        group_strings.shown as declared_group,
        topic_strings.shown as declared_topic,
        authorities.shown as declared_authority,
        texts.predicted_authority,
        texts.predicted_group,
        texts.predicted_topic,

        ---------- place
        places.municipality_id,
        places.municipality_resolution,
        posts.place_key,
        posts.lat,
        posts.lon,

        ---------- numerics
        posts.intent_probability,
        posts.topic_probability,
        texts.predicted_authority_probability,
        texts.predicted_group_probability,
        texts.predicted_topic_probability,
        posts.reactions,

        ---------- booleans
        posts.parent_post_id is not null as is_reply,
        texts.needs_clarification,

        ---------- timestamps and provenance
        coalesce(sources.time_zone, 'UTC') as time_zone,
        {{ local_date('posts.posted_at', "coalesce(sources.time_zone, 'UTC')") }} as posted_date,
        posts.posted_at,
        posts.model_version

    from posts
    inner join places on posts.post_id = places.post_id
    inner join texts on posts.post_id = texts.post_id
    left join sources on posts.source = sources.source
    left join topics on posts.topic_code = topics.topic_code
    left join strings as municipality_strings on posts.declared_municipality = municipality_strings.words
    left join strings as district_strings on posts.declared_district = district_strings.words
    left join strings as group_strings on posts.declared_group = group_strings.words
    left join strings as topic_strings on posts.declared_topic = topic_strings.words
    left join authorities on posts.declared_authority = authorities.words

)

select * from live_posts
