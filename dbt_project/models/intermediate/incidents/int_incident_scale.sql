-- How large a matter is: who reports it, at how many sites, and how many of them write of danger. Words count, not what
-- they mean: «не было пострадавших» is severe too, so a rule should ask for several people.

with

incident_posts as (

    select * from {{ ref('int_incident_post') }}

),

posts as (

    select * from {{ ref('int_live_post') }}

),

sights as (

    select * from {{ ref('int_incident_sight') }}

),

scales as (

    select
        incident_posts.incident_id,
        count(distinct posts.author_subject_id) as n_people,
        count(distinct coalesce(sights.institution, sights.street || ' ' || coalesce(sights.house, ''))) as n_sites,
        count(distinct case when posts.is_severe then posts.author_subject_id end) as n_severe_people

    from incident_posts
    inner join posts on incident_posts.post_id = posts.post_id
    inner join sights on incident_posts.post_id = sights.post_id
    group by incident_posts.incident_id

)

select * from scales
