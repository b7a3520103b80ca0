-- By the day of a message, as agg_communication_level counts: a figure of the same messages by where people are now
-- would differ from that one by those who moved.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

messages as (

    select * from {{ ref('int_staff_message') }}

),

seats as (

    select * from {{ ref('int_department_seat') }}

),

days as (

    select
        sender_subject_id as subject_id,
        sent_date

    from messages
    union
    select
        recipient_subject_id as subject_id,
        sent_date

    from messages

),

held as (

    select
        days.subject_id,
        days.sent_date,
        seats.department,
        row_number() over (
            partition by days.subject_id, days.sent_date order by seats.valid_from desc, seats.department desc
        ) as seat_rank

    from days
    inner join seats on days.subject_id = seats.subject_id
    where seats.valid_from <= days.sent_date and coalesce(seats.valid_to > days.sent_date, true)

),

seated as (

    select * from held
    where seat_rank = 1

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
        sources.department as source_department,
        targets.department as target_department,
        messages.sent_at,
        {{ message_weight(
            'messages.n_recipients',
            hours_between('messages.sent_at', 'newest.newest_at'),
            'settings.tie_half_life_days',
        ) }} as weight

    from messages
    cross join settings
    inner join newest on messages.organisation = newest.organisation
    inner join seated as sources
        on messages.sender_subject_id = sources.subject_id and messages.sent_date = sources.sent_date
    inner join seated as targets
        on messages.recipient_subject_id = targets.subject_id and messages.sent_date = targets.sent_date
    where messages.n_recipients <= settings.max_recipients

),

people as (

    select
        organisation,
        source_department,
        target_department,
        sender_subject_id as subject_id,
        'source' as side,
        count(*) as n_messages

    from weighted
    group by organisation, source_department, target_department, sender_subject_id
    union all
    select
        organisation,
        source_department,
        target_department,
        recipient_subject_id as subject_id,
        'target' as side,
        count(*) as n_messages

    from weighted
    group by organisation, source_department, target_department, recipient_subject_id

),

top_people as (

    select
        organisation,
        source_department,
        target_department,
        max(n_messages) as top_person_messages

    from people
    group by organisation, source_department, target_department

),

ties as (

    select
        organisation,
        source_department,
        target_department,
        count(*) as n_messages,
        -- Rounded, because the order in which a parallel sum adds up changes its last digits.
        round(sum(weight), 6) as weight,
        least(count(distinct sender_subject_id), count(distinct recipient_subject_id)) as n_people,
        min(sent_at) as first_at,
        max(sent_at) as last_at

    from weighted
    group by organisation, source_department, target_department

),

with_top as (

    select
        ties.*,
        top_people.top_person_messages

    from ties
    inner join top_people
        on
            ties.organisation = top_people.organisation
            and ties.source_department = top_people.source_department
            and ties.target_department = top_people.target_department

)

select * from with_top
