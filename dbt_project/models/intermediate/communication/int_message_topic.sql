with

messages as (

    select * from {{ ref('stg_message') }}

),

labels as (

    select * from {{ ref('stg_message_label') }}

),

names as (

    select * from {{ ref('int_topic_name') }}

),

message_topics as (

    select
        messages.message_id,
        names.topic_code

    from messages
    inner join labels on messages.text_hash = labels.text_hash
    inner join names on labels.topic_code = names.topic_name

)

select * from message_topics
