with

post_labels as (

    select * from {{ source('enriched', 'post_label') }}

),

ranked as (

    select
        text_hash,
        intent,
        intent_probability,
        topic as topic_code,
        topic_probability,
        model_version,
        row_number() over (
            partition by text_hash
            order by model_version desc, intent, topic
        ) as version_rank

    from post_labels

),

latest as (

    select
        text_hash,
        intent,
        intent_probability,
        topic_code,
        topic_probability,
        model_version

    from ranked
    where version_rank = 1

)

select * from latest
