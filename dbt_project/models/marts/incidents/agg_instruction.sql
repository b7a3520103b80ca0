-- Results kept apart. A share over very few instructions says nothing and is not shown.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

instructions as (

    select * from {{ ref('int_instruction') }}

),

counted as (

    select
        authority_name,
        count(*) as n_instructions,
        count(*) filter (where result_state = 'done_positive') as n_done_positive,
        count(*) filter (where result_state = 'done_negative') as n_done_negative,
        count(*) filter (where result_state = 'overdue') as n_overdue,
        count(*) filter (where result_state = 'open') as n_open,
        count(*) filter (where result_state in ('done_positive', 'done_negative') and not has_evidence)
            as n_done_without_evidence

    from instructions
    group by authority_name

),

judged as (

    select
        counted.*,
        counted.n_done_positive + counted.n_done_negative as n_done,
        case
            when counted.n_done_positive + counted.n_done_negative < settings.min_group_size
                then 'too_few_instructions'
        end as suppression_reason

    from counted
    cross join settings

),

shares as (

    select
        authority_name,
        n_instructions,
        n_done_positive,
        n_done_negative,
        n_overdue,
        n_open,
        n_done_without_evidence,
        {{ shown('cast(n_done_positive as double) / nullif(n_done, 0)', 'suppression_reason') }} as positive_share,
        {{ shown(wilson_interval('n_done_positive', 'n_done', 'low'), 'suppression_reason') }} as positive_share_low,
        {{ shown(wilson_interval('n_done_positive', 'n_done', 'high'), 'suppression_reason') }} as positive_share_high,
        suppression_reason is not null as is_suppressed,
        suppression_reason

    from judged

)

select * from shares
