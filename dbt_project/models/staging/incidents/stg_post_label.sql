with

post_labels as (

    select * from {{ source('enriched', 'post_label') }}

),

ranked as (

    select
        *,
        row_number() over (partition by text_hash order by model_version desc, intent, topic) as version_rank

    from post_labels

),

latest as (

    select
        {{ every_column_but(['topic', 'version_rank']) }},
        topic as topic_code

    from ranked
    where version_rank = 1

)

select * from latest
