-- Sender and recipients are people here, not accounts: a message to two accounts of one person has one recipient, and
-- a message to oneself has none.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

messages as (

    select * from {{ ref('stg_message') }}

),

aliases as (

    select * from {{ ref('int_subject_alias') }}

),

addressed as (

    select
        message_id,
        source,
        sender_subject_id,
        kind,
        sent_at,
        {{ unnested('recipient_subject_ids') }} as recipient_subject_id

    from messages

),

between_people as (

    select distinct
        addressed.message_id,
        sources.organisation,
        coalesce(senders.subject_id, addressed.sender_subject_id) as sender_subject_id,
        coalesce(recipients.subject_id, addressed.recipient_subject_id) as recipient_subject_id,
        addressed.kind,
        addressed.sent_at,
        {{ local_date('addressed.sent_at', 'sources.time_zone') }} as sent_date

    from addressed
    cross join settings
    inner join sources on addressed.source = sources.source
    left join aliases as senders on addressed.sender_subject_id = senders.account_subject_id
    left join aliases as recipients on addressed.recipient_subject_id = recipients.account_subject_id
    where addressed.sent_at <= settings.as_of

),

counted as (

    select
        message_id,
        organisation,
        sender_subject_id,
        recipient_subject_id,
        kind,
        sent_at,
        sent_date,
        count(*) over (partition by message_id) as n_recipients

    from between_people
    where sender_subject_id <> recipient_subject_id

)

select * from counted
