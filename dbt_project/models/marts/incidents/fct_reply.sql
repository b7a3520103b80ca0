with

replies as (

    select * from {{ ref('int_reply') }}

),

published_replies as (

    select
        reply_id,
        incident_id,
        replied_at,
        is_interim,
        attempt_number,
        is_first_reply,
        hours_since_opening,
        authority_id,
        text

    from replies

)

select * from published_replies
