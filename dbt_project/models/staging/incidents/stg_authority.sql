with

authorities as (

    select * from {{ source('lake', 'authority') }}

),

ranked as (

    select
        {{ authority_id('name') }} as authority_id,
        trim(name) as name,
        level,
        case when parent is not null then {{ authority_id('parent') }} end as parent_authority_id,
        row_number() over (partition by {{ authority_id('name') }} order by {{ delivered_last() }}) as version_rank

    from authorities

),

latest as (

    select
        authority_id,
        name,
        level,
        parent_authority_id

    from ranked
    where version_rank = 1

)

select * from latest
