with

own as (

    select
        topic_code,
        {{ unnested('built_in_codes') }} as built_in_code

    from {{ ref('stg_topic') }}

),

built_in as (

    select * from {{ ref('topic') }}

),

stood_for as (

    select
        own.topic_code,
        built_in.topic_code as built_in_code,
        built_in.topic_ru as built_in_name,
        built_in.group_code as built_in_group_code

    from own
    inner join built_in on own.built_in_code = built_in.topic_code

)

select * from stood_for
