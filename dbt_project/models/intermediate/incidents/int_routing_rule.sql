with

own as (

    select * from {{ ref('stg_routing_rule') }}

),

built_in as (

    select * from {{ ref('routing_rule') }}

),

authorities as (

    select * from {{ ref('int_authority') }}

),

rules as (

    {{ own_or_built_in('own', 'built_in', [
        'rule_code', 'topic_code', 'group_code', 'municipality_id', 'cast(min_people as bigint) as min_people',
        'cast(min_sites as bigint) as min_sites', 'cast(min_severe_people as bigint) as min_severe_people',
        'authority_level', 'authority', 'valid_from', 'valid_to'
    ]) }}

),

bounded as (

    select
        rule_code,
        topic_code,
        group_code,
        municipality_id,
        min_people,
        min_sites,
        min_severe_people,
        authority_level,
        case when authority is not null then {{ authority_id('authority') }} end as authority_id,
        valid_from,
        {{ held_until([
            'topic_code', 'group_code', 'municipality_id', 'min_people', 'min_sites', 'min_severe_people'
        ]) }} as valid_to,
        is_own

    from rules

),

-- A rule that names an authority goes to its level.
levelled as (

    select
        bounded.rule_code,
        bounded.topic_code,
        bounded.group_code,
        bounded.municipality_id,
        bounded.min_people,
        bounded.min_sites,
        bounded.min_severe_people,
        coalesce(bounded.authority_level, authorities.level) as authority_level,
        bounded.authority_id,
        bounded.valid_from,
        bounded.valid_to,
        bounded.is_own

    from bounded
    left join authorities on bounded.authority_id = authorities.authority_id

)

select * from levelled
