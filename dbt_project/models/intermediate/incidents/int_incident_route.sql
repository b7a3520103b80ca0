-- Where the rules would send an incident, beside where it went. A rule names an authority, or a level; then of the
-- authorities of that level, the one that most often works on the municipality (or, for the region, on the group of
-- topics) is meant. The responsible authority (definition 5b) is who acted last, else whom the source declares, else
-- whom the rule means, else who in the region works on the group of topics and so stands above. Else nobody: nothing is
-- guessed, and the incident stands in the queue «не определён».

with

incidents as (

    select * from {{ ref('int_incident_matter') }}

),

states as (

    select * from {{ ref('int_incident_state') }}

),

scales as (

    select * from {{ ref('int_incident_scale') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

rules as (

    select * from {{ ref('int_routing_rule') }}

),

authorities as (

    select * from {{ ref('int_authority_period') }}

),

events as (

    select * from {{ ref('int_incident_event') }}

),

contexts as (

    select
        incidents.incident_id,
        incidents.municipality_id,
        incidents.group_code,
        incidents.topic_code,
        scales.n_people,
        scales.n_sites,
        scales.n_severe_people,
        states.authority_id as acted_authority_id,
        incidents.declared_authority_id,
        coalesce(states.authority_id, incidents.declared_authority_id) as authority_id,
        coalesce(sources.region, incidents.source) as region,
        {{ local_date('incidents.opened_at', "coalesce(sources.time_zone, 'UTC')") }} as opened_date

    from incidents
    inner join scales on incidents.incident_id = scales.incident_id
    inner join states on incidents.incident_id = states.incident_id
    left join sources on incidents.source = sources.source

),

fitting as (

    select
        contexts.incident_id,
        rules.rule_code,
        rules.authority_level,
        rules.authority_id,
        row_number() over (
            partition by contexts.incident_id
            order by
                rules.min_severe_people desc,
                rules.min_sites desc,
                rules.min_people desc,
                case when rules.topic_code is null then 1 else 0 end,
                case when rules.group_code is null then 1 else 0 end,
                case when rules.municipality_id is null then 1 else 0 end,
                rules.valid_from desc,
                rules.rule_code
        ) as rule_rank

    from contexts
    inner join rules
        on
            contexts.n_people >= rules.min_people
            and contexts.n_sites >= rules.min_sites
            and contexts.n_severe_people >= rules.min_severe_people
            and (rules.topic_code is null or contexts.topic_code = rules.topic_code)
            and (rules.group_code is null or contexts.group_code = rules.group_code)
            and (rules.municipality_id is null or contexts.municipality_id = rules.municipality_id)
            and {{ holds_on('rules', 'contexts.opened_date') }}

),

-- What an authority answers for is read from what it has worked on.
in_charge as (

    select
        contexts.region,
        authorities.level,
        case when authorities.level = 'municipality' then contexts.municipality_id else contexts.group_code end
            as domain,
        authorities.authority_id,
        row_number() over (
            partition by
                contexts.region,
                authorities.level,
                case when authorities.level = 'municipality' then contexts.municipality_id else contexts.group_code end
            order by count(*) desc, authorities.authority_id
        ) as charge_rank

    from contexts
    inner join authorities
        on
            contexts.authority_id = authorities.authority_id
            and {{ holds_on('authorities', 'contexts.opened_date') }}
    where case when authorities.level = 'municipality' then contexts.municipality_id else contexts.group_code end
        is not null
    group by
        contexts.region,
        authorities.level,
        case when authorities.level = 'municipality' then contexts.municipality_id else contexts.group_code end,
        authorities.authority_id

),

reroutes as (

    select
        incident_id,
        sum(case when event_kind = 'rerouted' then 1 else 0 end) as n_reroutes,
        min(case when authority_id is not null then sequence_number end) as first_number

    from events
    group by incident_id

),

routed as (

    select
        contexts.incident_id,
        fitting.rule_code,
        fitting.authority_level as rule_level,
        coalesce(fitting.authority_id, in_charge.authority_id) as rule_authority_id,
        first_events.authority_id as first_authority_id,
        contexts.acted_authority_id,
        contexts.declared_authority_id,
        above.authority_id as above_authority_id,
        cast(contexts.n_sites as bigint) as n_sites,
        cast(contexts.n_severe_people as bigint) as n_severe_people,
        cast(reroutes.n_reroutes as bigint) as n_reroutes

    from contexts
    inner join reroutes on contexts.incident_id = reroutes.incident_id
    left join events as first_events
        on
            reroutes.incident_id = first_events.incident_id
            and reroutes.first_number = first_events.sequence_number
    left join fitting on contexts.incident_id = fitting.incident_id and fitting.rule_rank = 1
    left join in_charge
        on
            contexts.region = in_charge.region
            and fitting.authority_level = in_charge.level
            and in_charge.charge_rank = 1
            and in_charge.domain = case
                when fitting.authority_level = 'municipality' then contexts.municipality_id
                else contexts.group_code
            end
    left join in_charge as above
        on
            contexts.region = above.region
            and above.level = 'region'
            and above.charge_rank = 1
            and contexts.group_code = above.domain

),

answered_for as (

    select
        incident_id,
        rule_code,
        rule_level,
        rule_authority_id,
        first_authority_id,
        coalesce(acted_authority_id, declared_authority_id, rule_authority_id, above_authority_id) as authority_id,
        case
            when acted_authority_id is not null then 'acted'
            when declared_authority_id is not null then 'declared'
            when rule_authority_id is not null then 'rule'
            when above_authority_id is not null then 'above'
            else 'none'
        end as authority_origin,
        n_sites,
        n_severe_people,
        n_reroutes,
        n_reroutes > 0 as is_misrouted,
        rule_authority_id is null as is_undetermined

    from routed

)

select * from answered_for
