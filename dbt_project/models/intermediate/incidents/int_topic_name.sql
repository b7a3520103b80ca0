-- What names a topic of the taxonomy in force: its code, its name, and those of the built-in topics that it stands for,
-- which are what the words of a text tell.

with

topics as (

    select * from {{ ref('int_topic') }}

),

own as (

    select
        topic_code,
        {{ unnested('built_in_codes') }} as built_in_code

    from {{ ref('stg_topic') }}

),

stood_for as (

    select
        own.topic_code,
        built_in.topic_code as built_in_code,
        built_in.topic_ru as built_in_name

    from own
    inner join {{ ref('topic') }} as built_in on own.built_in_code = built_in.topic_code

),

names as (

    select lower(topic_code) as topic_name, topic_code from topics
    union
    select lower(trim(topic_ru)) as topic_name, topic_code from topics
    union
    select built_in_code as topic_name, topic_code from stood_for
    union
    select lower(built_in_name) as topic_name, topic_code from stood_for

)

select * from names
