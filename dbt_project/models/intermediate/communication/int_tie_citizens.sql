with

settings as (

    select * from {{ source('run', 'settings') }}

),

answers as (

    select * from {{ ref('int_citizen_answer') }}

),

newest as (

    select
        organisation,
        max(sent_at) as newest_at

    from answers
    group by organisation

),

weighted as (

    select
        answers.organisation,
        answers.source_subject_id,
        answers.target_subject_id,
        answers.sent_at,
        {{ message_weight(
            '1', hours_between('answers.sent_at', 'newest.newest_at'), 'settings.tie_half_life_days'
        ) }} as weight

    from answers
    cross join settings
    inner join newest on answers.organisation = newest.organisation

),

ties as (

    select
        'citizens' as network,
        organisation,
        source_subject_id,
        target_subject_id,
        count(*) as n_messages,
        -- Rounded, because the order in which a parallel sum adds up changes its last digits.
        round(sum(weight), 9) as weight,
        min(sent_at) as first_at,
        max(sent_at) as last_at

    from weighted
    group by organisation, source_subject_id, target_subject_id

)

select * from ties
