-- Who is behind an incident: what every minimum group size is counted over.

with

incident_posts as (

    select * from {{ ref('int_incident_post') }}

),

posts as (

    select * from {{ ref('int_live_post') }}

),

incident_people as (

    select distinct
        incident_posts.incident_id,
        posts.author_subject_id

    from incident_posts
    inner join posts on incident_posts.post_id = posts.post_id
    where posts.author_subject_id is not null

)

select * from incident_people
