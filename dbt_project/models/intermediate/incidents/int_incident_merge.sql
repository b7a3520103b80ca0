-- Incidents that turned out to be one: a thread surely belongs to a thread of each. The younger incident goes into the
-- older at the time of that thread, so that merges depend on what was written when, and not on when it was delivered.

with

candidates as (

    select * from {{ ref('int_incident_candidate') }}
    where link_score >= {{ var('incident_merge_min_score') }}

),

units as (

    select * from {{ ref('int_incident_unit') }}
    where not is_chat

),

chains as (

    select
        units.unit_id,
        units.opened_at,
        chains.head_unit_id,
        heads.opened_at as head_opened_at

    from {{ ref('int_incident_chain') }} as chains
    inner join units on chains.unit_id = units.unit_id
    inner join units as heads on chains.head_unit_id = heads.unit_id

),

shown as (

    select
        candidates.unit_id,
        candidates.other_unit_id,
        candidates.rule_code,
        candidates.link_reason,
        candidates.link_score,
        candidates.hours_apart,
        candidates.jaccard,
        one.opened_at as merged_at,
        one.head_unit_id as one_head_unit_id,
        other.head_unit_id as other_head_unit_id,
        one.head_opened_at > other.head_opened_at
        or one.head_opened_at = other.head_opened_at and one.head_unit_id > other.head_unit_id as is_one_younger

    from candidates
    inner join chains as one on candidates.unit_id = one.unit_id
    inner join chains as other on candidates.other_unit_id = other.unit_id
    where one.head_unit_id <> other.head_unit_id

),

sided as (

    select
        case when is_one_younger then one_head_unit_id else other_head_unit_id end as head_unit_id,
        case when is_one_younger then other_head_unit_id else one_head_unit_id end as into_unit_id,
        unit_id as merging_unit_id,
        case when is_one_younger then other_unit_id else unit_id end as linked_unit_id,
        merged_at,
        rule_code,
        link_reason,
        link_score,
        hours_apart,
        jaccard

    from shown

),

-- An incident is merged once, when that is first seen.
ranked as (

    select
        *,
        row_number() over (
            partition by head_unit_id
            order by merged_at, merging_unit_id, link_score desc, hours_apart, linked_unit_id, rule_code
        ) as merge_rank

    from sided

),

merges as (

    select
        head_unit_id,
        into_unit_id,
        merging_unit_id,
        linked_unit_id,
        merged_at,
        rule_code,
        link_reason,
        link_score,
        hours_apart,
        jaccard

    from ranked
    where merge_rank = 1

)

select * from merges
