with

messages as (

    select * from {{ ref('stg_message') }}

),

labels as (

    select * from {{ ref('stg_message_label') }}

),

topics as (

    select * from {{ ref('topic') }}

),

message_topics as (

    select
        messages.message_id,
        labels.topic_code

    from messages
    inner join labels on messages.text_hash = labels.text_hash
    inner join topics on labels.topic_code = topics.topic_code

)

select * from message_topics
