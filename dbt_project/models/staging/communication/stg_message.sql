with

messages as (

    select * from {{ source('lake', 'message') }}

),

ranked as (

    select
        message_id,
        source,
        sender_subject_id,
        recipient_subject_ids,
        kind,
        text_hash,
        sent_at,
        row_number() over (
            partition by message_id
            order by sent_at desc nulls last, {{ delivered_last() }}
        ) as version_rank

    from messages

),

latest as (

    select
        message_id,
        source,
        sender_subject_id,
        recipient_subject_ids,
        kind,
        text_hash,
        sent_at

    from ranked
    where version_rank = 1

)

select * from latest
