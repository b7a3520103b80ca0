-- Every post of an incident with what the incident as a whole says: single posts are short and their topics uncertain,
-- so the topic of the incident and the municipality that most of its posts say count for all of them.

with

incident_posts as (

    select * from {{ ref('int_incident_post') }}

),

matters as (

    select * from {{ ref('int_incident_matter') }}

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
        municipalities.municipality_id

    from incident_posts
    inner join posts on incident_posts.post_id = posts.post_id
    left join sources on posts.source = sources.source
    left join municipalities on incident_posts.post_id = municipalities.post_id

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
        matters.topic_code,
        places.municipality_id

    from said
    inner join matters on said.incident_id = matters.incident_id
    left join places on said.incident_id = places.incident_id and places.place_rank = 1

)

select * from reports
