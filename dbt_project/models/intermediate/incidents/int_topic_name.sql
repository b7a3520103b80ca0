-- What names a topic of the taxonomy in force: its code, its name, and the built-in topics that it stands for, since
-- those are what the words of a text tell.

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

names as (

    select lower(topic_code) as topic_name, topic_code from topics
    union
    select lower(trim(topic_ru)) as topic_name, topic_code from topics
    union
    select built_in_code as topic_name, topic_code from own

)

select * from names
