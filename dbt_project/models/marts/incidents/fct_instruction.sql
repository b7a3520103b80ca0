with

instructions as (

    select * from {{ ref('int_instruction') }}

),

published_instructions as (

    select
        instruction_id,
        source,
        given_at,
        authority_id,
        authority_name,
        title,
        due_at,
        result_state,
        result_at,
        is_late,
        evidence_url,
        has_evidence

    from instructions

)

select * from published_instructions
