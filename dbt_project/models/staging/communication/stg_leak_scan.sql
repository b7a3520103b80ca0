with

scans as (

    select * from {{ source('enriched', 'leak_scan') }}

),

ranked as (

    select
        *,
        row_number() over (partition by text_hash order by model_version desc) as version_rank

    from scans

),

latest as (

    select
        {{ every_column_but(['version_rank']) }}

    from ranked
    where version_rank = 1

)

select * from latest
