-- Results kept apart; of how much a share over few instructions can tell, the interval speaks.

with

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

closed as (

    select
        *,
        n_done_positive + n_done_negative as n_done

    from counted

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
        cast(n_done_positive as double) / nullif(n_done, 0) as positive_share,
        {{ wilson_interval('n_done_positive', 'n_done', 'low') }} as positive_share_low,
        {{ wilson_interval('n_done_positive', 'n_done', 'high') }} as positive_share_high

    from closed

)

select * from shares
