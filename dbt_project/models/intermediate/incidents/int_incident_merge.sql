-- Incidents that turned out to be one: a thread surely belongs to a thread of each. The younger incident goes into the
-- older at the time of that thread, so that merges depend on what was written when, and not on when it was delivered.
-- In every round each incident goes into one older than itself, by the evidence that came first; the next round looks
-- at what that made. A thread of which a person decided is no evidence: taking it out undoes the merge, unless
-- another one shows the same.

with

labels as (

    select * from {{ ref('int_incident_label') }}

),

threads as (

    select * from {{ ref('int_incident_unit') }}

),

candidates as (

    select * from {{ ref('int_incident_candidate') }}
    where link_score >= {{ var('incident_merge_min_score') }}

),

chains as (

    select * from {{ ref('int_incident_chain') }}

),

units as (

    select
        threads.unit_number,
        threads.opened_at,
        threads.is_chat,
        labels.post_id is not null as is_labelled

    from threads
    left join labels on threads.unit_id = labels.post_id

),

shown as (

    select
        candidates.unit_number,
        candidates.other_unit_number,
        candidates.rule_code,
        candidates.link_score,
        chains.head_unit_number,
        other_chains.head_unit_number as other_head_unit_number

    from candidates
    inner join chains on candidates.unit_number = chains.unit_number
    inner join chains as other_chains on candidates.other_unit_number = other_chains.unit_number
    inner join units on candidates.unit_number = units.unit_number
    inner join units as other_units on candidates.other_unit_number = other_units.unit_number
    where
        chains.head_unit_number <> other_chains.head_unit_number
        and not units.is_chat
        and not units.is_labelled
        and not other_units.is_labelled

),

-- Both ways, as either of the two incidents may be the younger one.
evidence as (

    select
        unit_number,
        other_unit_number,
        rule_code,
        link_score,
        head_unit_number,
        other_head_unit_number

    from shown
    union all
    select
        unit_number,
        other_unit_number,
        rule_code,
        link_score,
        other_head_unit_number as head_unit_number,
        head_unit_number as other_head_unit_number

    from shown

),

standing_1 as (

    select distinct
        head_unit_number,
        head_unit_number as root_unit_number

    from evidence

)
{%- for round in range(1, var('incident_merge_rounds') + 1) %},

sided_{{ round }} as (

    select
        evidence.unit_number as merging_unit_number,
        evidence.other_unit_number,
        evidence.rule_code,
        evidence.link_score,
        younger.root_unit_number as head_unit_number,
        older.root_unit_number as into_unit_number

    from evidence
    inner join standing_{{ round }} as younger on evidence.head_unit_number = younger.head_unit_number
    inner join standing_{{ round }} as older on evidence.other_head_unit_number = older.head_unit_number
    where younger.root_unit_number > older.root_unit_number

),

ranked_{{ round }} as (

    select
        *,
        row_number() over (
            partition by head_unit_number
            order by merging_unit_number, link_score desc, other_unit_number, rule_code
        ) as merge_rank

    from sided_{{ round }}

),

merges_{{ round }} as (

    select
        head_unit_number,
        into_unit_number,
        merging_unit_number,
        other_unit_number,
        rule_code,
        link_score

    from ranked_{{ round }}
    where merge_rank = 1

),

{{ followed(
    'ends_' ~ round, 'merges_' ~ round, 'head_unit_number', 'into_unit_number', var('incident_merge_doublings')
) }},

standing_{{ round + 1 }} as (

    select
        standing.head_unit_number,
        coalesce(ends.into_unit_number, standing.root_unit_number) as root_unit_number

    from standing_{{ round }} as standing
    left join ends_{{ round }} as ends on standing.root_unit_number = ends.head_unit_number

)
{%- endfor %},

found as (
    {% for round in range(1, var('incident_merge_rounds') + 1) %}
    select * from merges_{{ round }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

merges as (

    select
        found.head_unit_number,
        found.into_unit_number,
        found.merging_unit_number,
        found.other_unit_number,
        units.opened_at as merged_at,
        found.rule_code,
        found.link_score

    from found
    inner join units on found.merging_unit_number = units.unit_number

)

select * from merges
