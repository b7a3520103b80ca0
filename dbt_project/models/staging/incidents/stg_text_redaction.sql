with

redactions as (

    select * from {{ source('enriched', 'text_redaction') }}

),

ranked as (

    select
        text_hash,
        redacted_text,
        n_masked,
        model_version,
        row_number() over (partition by text_hash order by model_version desc) as version_rank

    from redactions

),

latest as (

    select
        text_hash,
        redacted_text,
        n_masked,
        model_version

    from ranked
    where version_rank = 1

)

select * from latest
