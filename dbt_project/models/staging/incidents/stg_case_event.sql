with

case_events as (

    select * from {{ source('lake', 'case_event') }}

),

ranked as (

    select
        source,
        post_id,
        event_at,
        event_kind,
        authority,
        text,
        text_hash,
        due_at,
        -- Two loads may state one event in different words.
        row_number() over (
            partition by post_id, event_at, event_kind
            order by {{ delivered_last() }}
        ) as version_rank

    from case_events

),

renamed as (

    select
        ---------- ids
        {{ hashed_id(['post_id', epoch_microseconds('event_at'), 'event_kind']) }} as event_id,
        post_id,
        source,
        text_hash,

        ---------- words
        event_kind,
        authority,
        text,

        ---------- timestamps
        event_at,
        due_at

    from ranked
    where version_rank = 1

)

select * from renamed
