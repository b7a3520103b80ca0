with

rules as (

    select * from {{ ref('int_routing_rule') }}

),

listed as (

    select
        rule_code,
        topic_code,
        group_code,
        municipality_id,
        min_people,
        min_sites,
        min_severe_people,
        authority_level,
        authority_id,
        valid_from,
        valid_to,
        is_own

    from rules

)

select * from listed
