with

incident_posts as (

    select * from {{ ref('int_incident_post') }}

),

links as (

    select
        incident_id,
        post_id,
        link_reason,
        link_score,
        is_opening

    from incident_posts

)

select * from links
