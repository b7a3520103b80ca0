-- A result dated after as_of is not known yet.

with

instructions as (

    select * from {{ ref('stg_instruction') }}

),

redactions as (

    select * from {{ ref('stg_text_redaction') }}

),

authorities as (

    select * from {{ ref('int_shown_authority') }}

),

settings as (

    select * from {{ source('run', 'settings') }}

),

known as (

    select
        instructions.instruction_id,
        instructions.source,
        instructions.given_at,
        instructions.authority_id,
        authorities.shown as authority_name,
        {{ shown_words('instructions.title') }} as title,
        instructions.due_at,
        case when instructions.result_at <= settings.as_of then instructions.result end as result,
        case when instructions.result_at <= settings.as_of then instructions.result_at end as result_at,
        -- Where it leads may name somebody; at whose door it does not.
        case
            when instructions.result_at <= settings.as_of and instructions.evidence_url is not null
                then coalesce(nullif(regexp_extract(instructions.evidence_url, '^[a-z]+://[^/?#@]+', 0), ''), 'есть')
        end as evidence_url,
        settings.as_of

    from instructions
    cross join settings
    left join authorities on instructions.authority_name = authorities.words
    left join redactions on instructions.title_hash = redactions.text_hash
    where instructions.given_at <= settings.as_of

),

stated as (

    select
        instruction_id,
        source,
        given_at,
        authority_id,
        authority_name,
        title,
        due_at,
        case
            when result = 'positive' then 'done_positive'
            when result = 'negative' then 'done_negative'
            when due_at < as_of then 'overdue'
            else 'open'
        end as result_state,
        result_at,
        result_at > due_at as is_late,
        evidence_url,
        evidence_url is not null as has_evidence

    from known

)

select * from stated
