-- A reply that was judged in an earlier run and is gone since is no reply any more.

with

judgements as (

    select * from {{ ref('stg_formal_reply') }}

),

replies as (

    select * from {{ ref('int_reply') }}

),

standing as (

    select
        judgements.reply_id,
        judgements.formal_reply_score,
        judgements.formal_reply_score >= {{ var('formal_reply_min_score') }} as is_formal,
        judgements.max_jaccard_score,
        judgements.has_action,
        judgements.has_date,
        judgements.has_place,
        judgements.has_responsible,
        judgements.method_version

    from judgements
    inner join replies on judgements.reply_id = replies.reply_id

)

select * from standing
