with

topics as (

    select * from {{ ref('int_topic') }}

),

groups as (

    select
        group_code,
        min(group_ru) as group_ru,
        min(group_en) as group_en,
        count(*) as n_topics

    from topics
    group by group_code

)

select * from groups
