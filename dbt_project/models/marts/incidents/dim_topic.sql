with

topics as (

    select * from {{ ref('int_topic') }}

),

listed as (

    select
        topic_code,
        topic_ru,
        topic_en,
        group_code,
        group_ru,
        group_en

    from topics

)

select * from listed
