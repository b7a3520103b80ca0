with

instructions as (

    select * from {{ source('lake', 'instruction') }}

),

ranked as (

    select
        source,
        instruction_id,
        keyed_instruction_id,
        given_at,
        authority,
        title,
        due_at,
        result,
        result_at,
        evidence_url,
        row_number() over (
            partition by keyed_instruction_id
            order by result_at desc nulls last, given_at desc, {{ delivered_last() }}
        ) as version_rank

    from instructions

),

latest as (

    select
        keyed_instruction_id as instruction_id,
        source,
        given_at,
        case when {{ authority_key('authority') }} is not null then {{ authority_id('authority') }} end as authority_id,
        trim(authority) as authority_name,
        title,
        md5(title) as title_hash,
        due_at,
        result,
        result_at,
        nullif(trim(evidence_url), '') as evidence_url

    from ranked
    where version_rank = 1

)

select * from latest
