with

topics as (

    select * from {{ source('reference', 'topic') }}

),

renamed as (

    select
        topic_code,
        topic_ru,
        coalesce(topic_en, topic_ru) as topic_en,
        group_code,
        group_ru,
        coalesce(group_en, group_ru) as group_en,
        built_in_codes

    from topics

)

select * from renamed
