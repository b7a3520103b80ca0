with

bursts as (

    select * from {{ ref('stg_burst') }}

),

reports as (

    select * from {{ ref('int_incident_report') }}

),

by_person as (

    select
        bursts.burst_id,
        reports.author_subject_id,
        count(*) as n_posts,
        count(distinct reports.incident_id) as n_incidents

    from bursts
    inner join reports
        on
            bursts.topic_code = reports.topic_code
            and bursts.municipality_id = reports.municipality_id
            and reports.posted_date between bursts.first_date and bursts.last_date
    group by bursts.burst_id, reports.author_subject_id

),

people as (

    select
        burst_id,
        count(author_subject_id) as n_people,
        max(case when author_subject_id is not null then n_posts end) as top_person_posts

    from by_person
    group by burst_id

),

counted as (

    select
        bursts.*,
        coalesce(people.n_people, 0) as n_people,
        coalesce(people.top_person_posts, 0) as top_person_posts

    from bursts
    left join people on bursts.burst_id = people.burst_id

)

select * from counted
