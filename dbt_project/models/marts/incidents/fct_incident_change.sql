-- Splits and merges: those that people decided, what evidence alone would say beside what the decisions made of it; and
-- threads that other weights put to another incident.

with

incident_posts as (

    select * from {{ ref('int_incident_post') }}

),

regroupings as (

    select * from {{ ref('int_incident_regrouping') }}

),

decided as (

    select
        {{ hashed_id(["'change'", 'post_id']) }} as change_id,
        post_id,
        decided_at as changed_at,
        'label' as decided_by,
        cast(null as varchar) as weights_version,
        evidenced_incident_id as from_incident_id,
        incident_id as to_incident_id

    from incident_posts
    where incident_id <> evidenced_incident_id

),

regrouped as (

    select
        {{ hashed_id(["'regrouping'", 'regroupings.weights_version', 'regroupings.thread_id']) }} as change_id,
        regroupings.thread_id as post_id,
        regroupings.changed_at,
        'weights' as decided_by,
        regroupings.weights_version,
        regroupings.from_incident_id,
        regroupings.to_incident_id

    from regroupings
    inner join incident_posts on regroupings.thread_id = incident_posts.post_id

),

changes as (

    select * from decided
    union all
    select * from regrouped

)

select * from changes
