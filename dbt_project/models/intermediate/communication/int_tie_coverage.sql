-- What became of every internal message: counted, so that nothing is dropped in silence.

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

addressed as (

    select distinct
        message_id,
        n_recipients

    from {{ ref('int_staff_message') }}

),

judged as (

    select
        sources.organisation,
        messages.message_id,
        coalesce(messages.sent_at > settings.as_of, false) as is_after_as_of,
        messages.sent_at is null as is_undated,
        addressed.message_id is null as is_without_other_recipient,
        coalesce(addressed.n_recipients > settings.max_recipients, false) as is_list

    from messages
    cross join settings
    inner join sources on messages.source = sources.source
    left join addressed on messages.message_id = addressed.message_id

),

coverage as (

    select
        organisation,
        count(*) as n_messages,
        count(*) filter (where is_undated or is_after_as_of) as n_outside_time,
        count(*) filter (where not is_undated and not is_after_as_of and is_without_other_recipient) as n_to_oneself,
        count(*) filter (where is_list) as n_lists,
        count(*) filter (where not is_undated and not is_after_as_of and not is_without_other_recipient and not is_list)
            as n_counted

    from judged
    group by organisation

)

select * from coverage
