-- What names a topic of the taxonomy in force: its code, its name, and those of the built-in topics that it stands for,
-- which are what the words of a text tell.

with

topics as (

    select * from {{ ref('int_topic') }}

),

origins as (

    select * from {{ ref('int_topic_origin') }}

),

names as (

    select lower(topic_code) as topic_name, topic_code from topics
    union
    select lower(trim(topic_ru)) as topic_name, topic_code from topics
    union
    select built_in_code as topic_name, topic_code from origins
    union
    select lower(built_in_name) as topic_name, topic_code from origins

)

select * from names
