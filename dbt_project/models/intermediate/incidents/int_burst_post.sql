-- The posts that a burst counts are exactly those whose days were counted when it was found.

with

bursts as (

    select * from {{ ref('stg_burst') }}

),

reports as (

    select * from {{ ref('int_incident_report') }}

),

posts as (

    select * from {{ ref('int_live_post') }}

),

counted as (

    select
        bursts.burst_id,
        reports.post_id,
        reports.incident_id,
        reports.author_subject_id,
        reports.posted_date,
        posts.posted_at,
        posts.channel,
        row_number() over (partition by bursts.burst_id order by posts.posted_at, reports.post_id) as post_number

    from bursts
    inner join reports
        on
            bursts.topic_code = reports.topic_code
            and bursts.municipality_id = reports.municipality_id
            and reports.posted_date between bursts.first_date and bursts.last_date
    inner join posts on reports.post_id = posts.post_id

)

select * from counted
