with

scans as (

    select * from {{ source('enriched', 'leak_scan') }}

),

ranked as (

    select
        text_hash,
        status,
        model_version,
        row_number() over (partition by text_hash order by model_version desc) as version_rank

    from scans

),

latest as (

    select
        text_hash,
        status,
        model_version

    from ranked
    where version_rank = 1

)

select * from latest
