with

settings as (

    select * from {{ source('run', 'settings') }}

),

bursts as (

    select * from {{ ref('int_burst') }}

),

judged as (

    select
        bursts.*,
        {{ suppression_reason(
            'bursts.n_people', 'bursts.top_person_posts', 'bursts.n_posts', 'settings.min_group_size'
        ) }} as suppression_reason

    from bursts
    cross join settings

),

published_bursts as (

    select
        burst_id,
        topic_code,
        municipality_id,
        first_date,
        last_date,
        {{ shown('n_posts', 'suppression_reason') }} as n_posts,
        {{ shown('expected_count', 'suppression_reason') }} as expected_count,
        {{ shown('n_people', 'suppression_reason') }} as n_people,
        {{ shown('n_incidents', 'suppression_reason') }} as n_incidents,
        {{ shown('first_post_id', 'suppression_reason') }} as first_post_id,
        {{ shown('reason_ru', 'suppression_reason') }} as reason_ru,
        {{ shown('kleinberg_weight', 'suppression_reason') }} as kleinberg_weight,
        {{ shown('q_value', 'suppression_reason') }} as q_value,
        method_version,
        suppression_reason is not null as is_suppressed,
        suppression_reason

    from judged

)

select * from published_bursts
