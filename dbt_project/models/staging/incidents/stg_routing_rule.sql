with

rules as (

    select * from {{ source('reference', 'routing_rule') }}

),

renamed as (

    select
        rule_code,
        topic_code,
        group_code,
        municipality_id,
        coalesce(min_people, 0) as min_people,
        coalesce(min_sites, 0) as min_sites,
        coalesce(min_severe_people, 0) as min_severe_people,
        authority_level,
        authority,
        coalesce(valid_from, {{ since_ever() }}) as valid_from,
        valid_to

    from rules

)

select * from renamed
