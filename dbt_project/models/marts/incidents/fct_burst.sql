with

bursts as (

    select * from {{ ref('int_burst') }}

),

published_bursts as (

    select
        burst_id,
        topic_code,
        municipality_id,
        first_date,
        last_date,
        n_posts,
        expected_count,
        n_people,
        n_incidents,
        first_post_id,
        reason_ru,
        kleinberg_weight,
        q_value,
        method_version

    from bursts

)

select * from published_bursts
