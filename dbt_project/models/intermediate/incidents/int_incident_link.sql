-- Why a thread belongs to an earlier one: the surest of the rules that fit, then the nearest in time, then the one that
-- began first. A thread links to earlier ones alone, so whatever comes later never renames an incident.

with

candidates as (

    select * from {{ ref('int_incident_candidate') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by unit_number
            order by link_score desc, hours_apart, other_unit_number, rule_code
        ) as link_rank

    from candidates

),

links as (

    select
        unit_number,
        other_unit_number,
        rule_code,
        link_reason,
        link_score,
        hours_apart,
        jaccard

    from ranked
    where link_rank = 1

)

select * from links
