-- Which posts are one incident: threads whose links and merges lead to one core, or that a crowd draws to it. A
-- person's label has the last word: `apart` takes a post out, `joined` puts it to the incident of another post. The
-- incident is named by its opening post, the earliest that is no chat, so newer posts never rename it; chat by itself
-- is no incident. A post without a date opens and joins nothing.

with

sights as (

    select * from {{ ref('int_incident_sight') }}

),

units as (

    select * from {{ ref('int_incident_unit') }}

),

links as (

    select * from {{ ref('int_incident_link') }}

),

cores as (

    select * from {{ ref('int_incident_core') }}

),

chains as (

    select * from {{ ref('int_incident_chain') }}

),

merges as (

    select * from {{ ref('int_incident_merge') }}

),

crowds as (

    select * from {{ ref('int_incident_crowd') }}

),

labels as (

    select * from {{ ref('int_incident_label') }}

),

-- What is known of every thread, under the ids of posts again.
placed as (

    select
        units.unit_id,
        matter_units.unit_id as matter_key,
        head_units.unit_id as head_unit_id,
        chains.head_unit_number <> cores.core_unit_number as is_merged,
        merges.head_unit_number is not null as is_merged_here,
        coalesce(links.link_reason, crowds.link_reason) as link_reason,
        coalesce(links.rule_code, crowds.rule_code) as rule_code,
        coalesce(links.link_score, merges.link_score, crowds.link_score) as link_score,
        linked_units.unit_id as linked_post_id,
        coalesce(links.hours_apart, crowds.hours_apart) as hours_apart,
        links.jaccard

    from units
    inner join cores on units.unit_number = cores.unit_number
    inner join chains on units.unit_number = chains.unit_number
    inner join units as head_units on chains.head_unit_number = head_units.unit_number
    left join links on units.unit_number = links.unit_number
    left join merges on units.unit_number = merges.head_unit_number
    left join crowds on units.unit_number = crowds.unit_number
    -- Whatever joined a thread goes with it.
    left join crowds as matters on cores.core_unit_number = matters.unit_number
    inner join units as matter_units
        on coalesce(matters.core_unit_number, cores.core_unit_number) = matter_units.unit_number
    left join units as linked_units
        on
            coalesce(links.other_unit_number, merges.merging_unit_number, crowds.other_unit_number)
            = linked_units.unit_number

),

found as (

    select
        sights.post_id,
        sights.unit_id,
        sights.posted_at,
        sights.is_chat,
        coalesce(placed.matter_key, sights.post_id) as matter_key,
        coalesce(placed.head_unit_id, sights.post_id) as unmerged_key,
        placed.is_merged,
        case
            when sights.post_id <> sights.unit_id then 'same_thread'
            when placed.is_merged_here then 'merged'
            else placed.link_reason
        end as link_reason,
        case
            when sights.post_id <> sights.unit_id then 'thread'
            when placed.is_merged_here then 'merged'
            else placed.rule_code
        end as rule_code,
        case
            when sights.post_id <> sights.unit_id then 1.0
            else placed.link_score
        end as link_score,
        case
            when sights.post_id <> sights.unit_id then sights.unit_id
            else placed.linked_post_id
        end as linked_post_id,
        case when sights.post_id = sights.unit_id then placed.hours_apart end as hours_apart,
        case when sights.post_id = sights.unit_id then placed.jaccard end as jaccard

    from sights
    -- An equality alone: with a further condition on the left the join would compare every row with every other.
    left join placed on case when not sights.is_alone then sights.unit_id end = placed.unit_id

),

decided as (

    select
        found.post_id,
        found.unit_id,
        found.posted_at,
        found.is_chat,
        labels.decision is not null as is_labelled,
        found.matter_key as ruled_matter_key,
        found.unmerged_key,
        coalesce(found.is_merged, false) and labels.decision is null as is_merged,
        case
            when labels.decision = 'apart' then found.post_id
            -- Where a person took the other one out, this one goes with it.
            when labels.decision = 'joined' and target_labels.decision = 'apart' then target.post_id
            when labels.decision = 'joined' then coalesce(target.matter_key, found.matter_key)
            else found.matter_key
        end as matter_key,
        case when labels.decision is not null then 'label' else found.link_reason end as link_reason,
        case when labels.decision is not null then 'label' else found.rule_code end as rule_code,
        case when labels.decision is not null then 1.0 else found.link_score end as link_score,
        case when labels.decision is not null then labels.other_post_id else found.linked_post_id end
            as linked_post_id,
        case when labels.decision is null then found.hours_apart end as hours_apart,
        case when labels.decision is null then found.jaccard end as jaccard

    from found
    left join labels on found.post_id = labels.post_id
    left join found as target on labels.other_post_id = target.post_id
    left join labels as target_labels on target.post_id = target_labels.post_id

),

opened as (

    select
        *,
        first_value(post_id) over matter as opening_post_id,
        first_value(is_chat) over matter as is_chat_alone,
        first_value(post_id) over (
            partition by ruled_matter_key
            order by case when is_chat then 1 else 0 end, posted_at, post_id
        ) as ruled_opening_post_id,
        first_value(post_id) over (
            partition by unmerged_key
            order by case when is_chat then 1 else 0 end, case when is_labelled then 1 else 0 end, posted_at, post_id
        ) as unmerged_opening_post_id

    from decided
    window matter as (
        partition by matter_key
        order by case when is_chat then 1 else 0 end, case when is_labelled then 1 else 0 end, posted_at, post_id
    )

),

-- A post that its answer opens, dated before it, belongs to that answer by the thread.
linked as (

    select
        {{ hashed_id(["'incident'", 'opening_post_id']) }} as incident_id,
        post_id,
        opening_post_id,
        post_id = opening_post_id as is_opening,
        case when is_labelled then {{ hashed_id(["'incident'", 'ruled_opening_post_id']) }} end as ruled_incident_id,
        case when is_merged then unmerged_key end as merged_unit_id,
        case when is_merged then {{ hashed_id(["'incident'", 'unmerged_opening_post_id']) }} end as merged_incident_id,
        case when post_id = opening_post_id then 'opening' else coalesce(link_reason, 'same_thread') end as link_reason,
        case when post_id = opening_post_id then 'opening' else coalesce(rule_code, 'thread') end as rule_code,
        case when post_id = opening_post_id then 1.0 else coalesce(link_score, 1.0) end as link_score,
        case when post_id <> opening_post_id then coalesce(linked_post_id, opening_post_id) end as linked_post_id,
        case when post_id <> opening_post_id then hours_apart end as hours_apart,
        case when post_id <> opening_post_id then jaccard end as jaccard

    from opened
    where not is_chat_alone

)

select * from linked
