with

settings as (

    select * from {{ source('run', 'settings') }}

),

messages as (

    select * from {{ ref('int_staff_message') }}

),

newest as (

    select
        organisation,
        max(sent_at) as newest_at

    from messages
    group by organisation

),

weighted as (

    select
        messages.organisation,
        messages.sender_subject_id,
        messages.recipient_subject_id,
        messages.sent_at,
        {{ message_weight(
            'messages.n_recipients',
            hours_between('messages.sent_at', 'newest.newest_at'),
            'settings.tie_half_life_days',
        ) }} as weight

    from messages
    cross join settings
    inner join newest on messages.organisation = newest.organisation
    where messages.n_recipients <= settings.max_recipients

),

ties as (

    select
        'staff' as network,
        organisation,
        sender_subject_id as source_subject_id,
        recipient_subject_id as target_subject_id,
        count(*) as n_messages,
        -- Rounded, because the order in which a parallel sum adds up changes its last digits.
        round(sum(weight), 9) as weight,
        min(sent_at) as first_at,
        max(sent_at) as last_at

    from weighted
    group by organisation, sender_subject_id, recipient_subject_id

)

select * from ties
