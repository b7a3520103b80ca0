with

authorities as (

    select * from {{ source('reference', 'authority') }}

),

renamed as (

    select
        {{ authority_id('name') }} as authority_id,
        trim(name) as name,
        level,
        case when parent is not null then {{ authority_id('parent') }} end as parent_authority_id,
        coalesce(valid_from, {{ since_ever() }}) as valid_from,
        valid_to

    from authorities

)

select * from renamed
