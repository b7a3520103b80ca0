-- Only a reply after the opening can stop the clock; an earlier one is kept, with negative hours, and is never the
-- first.

with

events as (

    select * from {{ ref('int_incident_event') }}
    where event_kind in ('reply_drafted', 'reply_approved', 'reply', 'interim_reply')

),

numbered as (

    select
        *,
        sum(case when event_kind in ('reply', 'interim_reply') then 1 else 0 end) over (
            partition by incident_id, case_post_id
            order by sequence_number
        ) as n_replies

    from events

),

-- The draft and the approval of a reply are the latest since the reply before it.
moderated as (

    select
        *,
        max(case when event_kind = 'reply_drafted' then event_at end) over since_the_last as drafted_at,
        max(case when event_kind = 'reply_approved' then event_at end) over since_the_last as approved_at

    from (
        select
            *,
            case when event_kind in ('reply', 'interim_reply') then n_replies - 1 else n_replies end as reply_number
        from numbered
    ) as with_reply_number
    window since_the_last as (partition by incident_id, case_post_id, reply_number)

),

stated as (

    select * from {{ ref('stg_case_event') }}
    where event_kind in ('reply', 'interim_reply')

),

redactions as (

    select * from {{ ref('stg_text_redaction') }}

),

ranked as (

    select
        event_id as reply_id,
        incident_id,
        event_at as replied_at,
        event_kind = 'interim_reply' as is_interim,
        attempt_number,
        authority_id,
        {{ hours_between('opened_at', 'event_at') }} as hours_since_opening,
        is_before_opening,
        row_number() over (
            partition by incident_id, is_before_opening
            order by sequence_number
        ) as reply_rank,
        drafted_at,
        approved_at

    from moderated
    where event_kind in ('reply', 'interim_reply')

),

replies as (

    select
        ranked.reply_id,
        ranked.incident_id,
        ranked.replied_at,
        ranked.is_interim,
        ranked.attempt_number,
        not ranked.is_before_opening and ranked.reply_rank = 1 as is_first_reply,
        ranked.hours_since_opening,
        ranked.authority_id,
        ranked.drafted_at,
        ranked.approved_at,
        {{ shown_words('stated.text') }} as text

    from ranked
    -- The words are fetched here, once, instead of being carried through every table on the way.
    left join stated on ranked.reply_id = stated.event_id
    left join redactions on stated.text_hash = redactions.text_hash

)

select * from replies
