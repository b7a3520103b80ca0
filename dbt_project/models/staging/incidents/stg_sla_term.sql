with

terms as (

    select * from {{ source('reference', 'sla_term') }}

),

renamed as (

    select
        sla_term_code,
        clock,
        topic_code,
        group_code,
        authority_level,
        term_hours,
        calendar,
        coalesce(valid_from, {{ since_ever() }}) as valid_from,
        valid_to

    from terms

)

select * from renamed
