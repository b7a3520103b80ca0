with

message_labels as (

    select * from {{ source('enriched', 'message_label') }}

),

ranked as (

    select
        text_hash,
        topic as topic_code,
        model_version,
        row_number() over (
            partition by text_hash
            order by model_version desc, topic
        ) as version_rank

    from message_labels

),

latest as (

    select
        text_hash,
        topic_code,
        model_version

    from ranked
    where version_rank = 1

)

select * from latest
