with

burst_posts as (

    select * from {{ ref('int_burst_post') }}

),

bridge as (

    select
        burst_id,
        incident_id,
        count(*) as n_posts,
        min(posted_date) as first_posted_date

    from burst_posts
    group by burst_id, incident_id

)

select * from bridge
