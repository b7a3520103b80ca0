with

own as (

    select * from {{ ref('stg_topic') }}

),

built_in as (

    select * from {{ ref('topic') }}

),

taxonomy as (

    {{ own_or_built_in('own', 'built_in', [
        'topic_code', 'topic_ru', 'topic_en', 'group_code', 'group_ru', 'group_en'
    ]) }}

)

select * from taxonomy
