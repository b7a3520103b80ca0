with

posts as (

    select * from {{ ref('int_live_post') }}

),

places as (

    select * from {{ ref('int_post_municipality') }}

),

topics as (

    select * from {{ ref('topic') }}

),

routes as (

    select * from {{ ref('stg_post_route') }}

),

texts_with_places as (

    select distinct text_hash from {{ ref('stg_post_place') }}

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
        posts.declared_municipality,
        posts.declared_district,
        posts.declared_group,
        posts.declared_topic,
        posts.declared_authority,
        routes.predicted_authority,
        routes.predicted_group,
        routes.predicted_topic,

        ---------- place
        places.municipality_id,
        places.municipality_resolution,
        posts.place_key,
        posts.lat,
        posts.lon,

        ---------- numerics
        posts.intent_probability,
        posts.topic_probability,
        routes.predicted_authority_probability,
        routes.predicted_group_probability,
        routes.predicted_topic_probability,
        posts.reactions,

        ---------- booleans
        posts.parent_post_id is not null as is_reply,
        coalesce(posts.intent = 'complaint', false)
        and texts_with_places.text_hash is null
        and posts.lat is null
        and coalesce(posts.place_text, posts.declared_municipality, posts.declared_district) is null
            as needs_clarification,

        ---------- timestamps and provenance
        posts.posted_at,
        posts.model_version

    from posts
    inner join places on posts.post_id = places.post_id
    left join topics on posts.topic_code = topics.topic_code
    left join routes on posts.text_hash = routes.text_hash
    left join texts_with_places on posts.text_hash = texts_with_places.text_hash

)

select * from live_posts
