-- Incidents that turned out to be one: a thread surely belongs to a thread of each. The younger incident goes into the
-- older at the time of that thread, so that merges depend on what was written when, and not on when it was delivered.
-- In every round each incident goes into one older than itself, by the evidence that came first; the next round looks
-- at what that made. A thread of which a person decided is no evidence: taking it out undoes the merge, unless
-- another one shows the same.

with

labels as (

    select * from {{ ref('int_incident_label') }}

),

candidates as (

    select candidates.*
    from {{ ref('int_incident_candidate') }} as candidates
    left join labels on candidates.unit_id = labels.post_id
    left join labels as other_labels on candidates.other_unit_id = other_labels.post_id
    where
        candidates.link_score >= {{ var('incident_merge_min_score') }}
        and labels.post_id is null and other_labels.post_id is null

),

units as (

    select * from {{ ref('int_incident_unit') }}
    where not is_chat

),

chains as (

    select * from {{ ref('int_incident_chain') }}

),

shown as (

    select
        candidates.unit_id,
        candidates.other_unit_id,
        candidates.rule_code,
        candidates.link_score,
        units.opened_at,
        chains.head_unit_id,
        other_chains.head_unit_id as other_head_unit_id

    from candidates
    inner join units on candidates.unit_id = units.unit_id
    inner join chains on candidates.unit_id = chains.unit_id
    inner join chains as other_chains on candidates.other_unit_id = other_chains.unit_id
    where chains.head_unit_id <> other_chains.head_unit_id

),

-- Both ways, as either of the two incidents may be the younger one.
evidence as (

    select
        unit_id,
        other_unit_id,
        rule_code,
        link_score,
        opened_at,
        head_unit_id,
        other_head_unit_id

    from shown
    union all
    select
        unit_id,
        other_unit_id,
        rule_code,
        link_score,
        opened_at,
        other_head_unit_id as head_unit_id,
        head_unit_id as other_head_unit_id

    from shown

),

heads as (

    select distinct head_unit_id from evidence

),

standing_1 as (

    select
        heads.head_unit_id,
        heads.head_unit_id as root_unit_id,
        units.opened_at as root_opened_at

    from heads
    inner join units on heads.head_unit_id = units.unit_id

)
{%- for round in range(1, var('incident_merge_rounds') + 1) %},

sided_{{ round }} as (

    select
        evidence.unit_id as merging_unit_id,
        evidence.other_unit_id,
        evidence.opened_at as merged_at,
        evidence.rule_code,
        evidence.link_score,
        younger.root_unit_id as head_unit_id,
        older.root_unit_id as into_unit_id

    from evidence
    inner join standing_{{ round }} as younger on evidence.head_unit_id = younger.head_unit_id
    inner join standing_{{ round }} as older on evidence.other_head_unit_id = older.head_unit_id
    where
        younger.root_opened_at > older.root_opened_at
        or younger.root_opened_at = older.root_opened_at and younger.root_unit_id > older.root_unit_id

),

ranked_{{ round }} as (

    select
        *,
        row_number() over (
            partition by head_unit_id
            order by merged_at, merging_unit_id, link_score desc, other_unit_id, rule_code
        ) as merge_rank

    from sided_{{ round }}

),

merges_{{ round }} as (

    select
        head_unit_id,
        into_unit_id,
        merging_unit_id,
        other_unit_id,
        merged_at,
        rule_code,
        link_score

    from ranked_{{ round }}
    where merge_rank = 1

),

{{ followed('ends_' ~ round, 'merges_' ~ round, 'head_unit_id', 'into_unit_id', var('incident_merge_doublings')) }},

standing_{{ round + 1 }} as (

    select
        standing.head_unit_id,
        coalesce(ends.into_unit_id, standing.root_unit_id) as root_unit_id,
        coalesce(units.opened_at, standing.root_opened_at) as root_opened_at

    from standing_{{ round }} as standing
    left join ends_{{ round }} as ends on standing.root_unit_id = ends.head_unit_id
    left join units on ends.into_unit_id = units.unit_id

)
{%- endfor %},

merges as (
    {% for round in range(1, var('incident_merge_rounds') + 1) %}
    select * from merges_{{ round }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select * from merges
