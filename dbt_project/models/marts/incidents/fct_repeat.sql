with

repeats as (

    select * from {{ ref('int_repeat') }}

),

published_repeats as (

    select
        post_id,
        incident_id,
        earlier_post_id,
        earlier_incident_id,
        authority_id,
        municipality_id,
        topic_code,
        repeated_date,
        days_apart,
        stage,
        is_same_person

    from repeats

)

select * from published_repeats
