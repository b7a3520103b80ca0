-- What the words of a post tell beyond intent and topic: the route that the trained model names, and whether a
-- complaint says where at all.

with

posts as (

    select * from {{ ref('int_live_post') }}

),

routes as (

    select * from {{ ref('stg_post_route') }}

),

texts_with_places as (

    select distinct text_hash
    from {{ ref('stg_post_place') }}

),

told as (

    select
        posts.post_id,
        routes.predicted_authority,
        routes.predicted_group,
        routes.predicted_topic,
        routes.predicted_authority_probability,
        routes.predicted_group_probability,
        routes.predicted_topic_probability,
        coalesce(posts.intent = 'complaint', false)
        and texts_with_places.text_hash is null
        and posts.lat is null
        and coalesce(posts.place_text, posts.declared_municipality, posts.declared_district) is null
            as needs_clarification

    from posts
    left join routes on posts.text_hash = routes.text_hash
    left join texts_with_places on posts.text_hash = texts_with_places.text_hash

)

select * from told
