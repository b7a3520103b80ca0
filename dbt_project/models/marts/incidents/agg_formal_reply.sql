-- Interim replies announce another one, and are not judged.

with

replies as (

    select * from {{ ref('int_reply') }}
    where not is_interim

),

judgements as (

    select * from {{ ref('int_formal_reply') }}

),

authorities as (

    select * from {{ ref('int_authority') }}

),

counted as (

    select
        replies.authority_id,
        count(*) as n_judged,
        sum(case when judgements.is_formal then 1 else 0 end) as n_formal

    from replies
    inner join judgements on replies.reply_id = judgements.reply_id
    group by replies.authority_id

),

shares as (

    select
        counted.authority_id,
        coalesce(authorities.shown_name, 'не определён') as authority_name,
        cast(counted.n_judged as bigint) as n_judged,
        cast(counted.n_formal as bigint) as n_formal,
        cast(counted.n_formal as double) / counted.n_judged as formal_share,
        {{ wilson_interval('counted.n_formal', 'counted.n_judged', 'low') }} as formal_share_low,
        {{ wilson_interval('counted.n_formal', 'counted.n_judged', 'high') }} as formal_share_high

    from counted
    left join authorities on counted.authority_id = authorities.authority_id

)

select * from shares
