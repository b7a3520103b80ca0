with

replies as (

    select * from {{ ref('int_reply') }}

),

judgements as (

    select * from {{ ref('int_formal_reply') }}

),

incidents as (

    select * from {{ ref('int_incident') }}

),

published_replies as (

    select
        replies.reply_id,
        replies.incident_id,
        {{ local_date('replies.replied_at', 'incidents.time_zone') }} as replied_date,
        replies.replied_at,
        replies.drafted_at,
        replies.approved_at,
        replies.is_interim,
        replies.attempt_number,
        replies.is_first_reply,
        replies.hours_since_opening,
        replies.authority_id,
        replies.text,
        judgements.formal_reply_score,
        judgements.is_formal,
        judgements.max_jaccard_score,
        judgements.has_action,
        judgements.has_date,
        judgements.has_place,
        judgements.has_responsible

    from replies
    inner join incidents on replies.incident_id = incidents.incident_id
    left join judgements on replies.reply_id = judgements.reply_id

)

select * from published_replies
