-- Splits and merges that people decided: what the rules alone would say beside what the label made of it. Rules never
-- merge standing incidents or split them, since a thread links to earlier ones alone.

with

incident_posts as (

    select * from {{ ref('int_incident_post') }}
    where ruled_incident_id is not null

),

labels as (

    select * from {{ ref('int_incident_label') }}

),

changes as (

    select
        {{ hashed_id(["'change'", 'incident_posts.post_id']) }} as change_id,
        incident_posts.post_id,
        labels.labelled_at as changed_at,
        case when labels.decision = 'apart' then 'split' else 'merge' end as change_kind,
        incident_posts.ruled_incident_id as from_incident_id,
        incident_posts.incident_id as to_incident_id

    from incident_posts
    inner join labels on incident_posts.post_id = labels.post_id
    where incident_posts.incident_id <> incident_posts.ruled_incident_id

)

select * from changes
