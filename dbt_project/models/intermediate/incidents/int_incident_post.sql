-- Which posts are one incident: posts of one matter, as long as no two neighbours in time are further apart than the
-- window (gaps and islands). A person's label has the last word: `apart` takes a post out, `joined` puts it to the
-- matter of another post. The incident is named by its opening post, so newer posts never rename it. A post without a
-- date opens and joins nothing.

with

sights as (

    select * from {{ ref('int_incident_sight') }}

),

matters as (

    select * from {{ ref('int_incident_matter') }}

),

labels as (

    select * from {{ ref('int_incident_label') }}

),

found as (

    select
        sights.post_id,
        sights.posted_at,
        sights.text_hash,
        sights.window_hours,
        sights.unit_id,
        case when sights.is_alone then 'alone' else matters.evidence end as evidence,
        coalesce(case when not sights.is_alone then matters.matter_key end, sights.post_id) as matter_key

    from sights
    left join matters on sights.unit_id = matters.unit_id

),

candidates as (

    select
        found.post_id,
        found.posted_at,
        found.text_hash,
        found.window_hours,
        found.unit_id,
        labels.decision is not null as is_labelled,
        case when labels.decision is not null then 'label' else found.evidence end as evidence,
        case
            when labels.decision = 'apart' then found.post_id
            when labels.decision = 'joined' then coalesce(target.matter_key, found.matter_key)
            else found.matter_key
        end as matter_key

    from found
    left join labels on found.post_id = labels.post_id
    left join found as target on labels.other_post_id = target.post_id

),

neighbours as (

    select
        *,
        {{ hours_between('lag(posted_at) over so_far', 'posted_at') }} as hours_since_previous

    from candidates
    window so_far as (partition by matter_key order by posted_at, post_id)

),

islands as (

    select
        *,
        sum(case when hours_since_previous <= window_hours or is_labelled then 0 else 1 end) over (
            partition by matter_key
            order by posted_at, post_id
            rows between unbounded preceding and current row
        ) as island_number

    from neighbours

),

opened as (

    select
        *,
        first_value(post_id) over island as opening_post_id,
        first_value(unit_id) over island as opening_unit_id,
        first_value(text_hash) over island as opening_text_hash

    from islands
    window island as (partition by matter_key, island_number order by posted_at, post_id)

),

reasoned as (

    select
        post_id,
        opening_post_id,
        window_hours,
        hours_since_previous,
        case
            when post_id = opening_post_id then 'opening'
            when is_labelled then 'label'
            when text_hash = opening_text_hash then 'same_text'
            when unit_id = opening_unit_id then 'same_thread'
            else evidence
        end as link_reason

    from opened

),

linked as (

    select
        {{ hashed_id(["'incident'", 'opening_post_id']) }} as incident_id,
        post_id,
        opening_post_id,
        post_id = opening_post_id as is_opening,
        link_reason,
        case
            when link_reason in ('same_place', 'same_topic_and_place')
                then 1.0 - hours_since_previous / window_hours
            else 1.0
        end as link_score

    from reasoned

)

select * from linked
