with

burst_posts as (

    select * from {{ ref('int_burst_post') }}

),

bridge as (

    select
        burst_id,
        post_id,
        posted_date,
        post_number,
        post_number = 1 as is_first

    from burst_posts

)

select * from bridge
