-- Every post of an incident with what the incident as a whole says: single posts are short and their topics uncertain,
-- so the topic and the municipality that most posts of the incident say count for all of them.

with

incident_posts as (

    select * from {{ ref('int_incident_post') }}

),

sights as (

    select * from {{ ref('int_incident_sight') }}

),

posts as (

    select * from {{ ref('int_live_post') }}

),

municipalities as (

    select * from {{ ref('int_post_municipality') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

said as (

    select
        incident_posts.incident_id,
        incident_posts.post_id,
        incident_posts.is_opening,
        posts.author_subject_id,
        {{ local_date('posts.posted_at', "coalesce(sources.time_zone, 'UTC')") }} as posted_date,
        sights.topic_code,
        municipalities.municipality_id

    from incident_posts
    inner join posts on incident_posts.post_id = posts.post_id
    inner join sights on incident_posts.post_id = sights.post_id
    left join sources on posts.source = sources.source
    left join municipalities on incident_posts.post_id = municipalities.post_id

),

topics as (

    select
        incident_id,
        topic_code,
        row_number() over (partition by incident_id order by count(*) desc, topic_code) as topic_rank

    from said
    where topic_code is not null
    group by incident_id, topic_code

),

places as (

    select
        incident_id,
        municipality_id,
        row_number() over (partition by incident_id order by count(*) desc, municipality_id) as place_rank

    from said
    where municipality_id is not null
    group by incident_id, municipality_id

),

reports as (

    select
        said.post_id,
        said.incident_id,
        said.is_opening,
        said.author_subject_id,
        said.posted_date,
        topics.topic_code,
        places.municipality_id

    from said
    left join topics on said.incident_id = topics.incident_id and topics.topic_rank = 1
    left join places on said.incident_id = places.incident_id and places.place_rank = 1

)

select * from reports
