-- Which posts are one incident: threads whose links lead to one core, and what is attached to it. A person's label has
-- the last word: `apart` takes a post out, `joined` puts it to the incident of another post. The incident is named by
-- its opening post, which no attached one can be, so newer posts never rename it. A post without a date opens and joins
-- nothing.

with

sights as (

    select * from {{ ref('int_incident_sight') }}

),

links as (

    select * from {{ ref('int_incident_link') }}

),

cores as (

    select * from {{ ref('int_incident_core') }}

),

attachments as (

    select * from {{ ref('int_incident_attachment') }}

),

labels as (

    select * from {{ ref('int_incident_label') }}

),

found as (

    select
        sights.post_id,
        sights.unit_id,
        sights.posted_at,
        attachments.core_unit_id is not null as is_attached,
        coalesce(attachments.other_core_unit_id, cores.core_unit_id, sights.post_id) as matter_key,
        case
            when sights.post_id <> sights.unit_id then 'same_thread'
            when links.unit_id is not null then links.link_reason
            when attachments.core_unit_id is not null then 'likeliest'
        end as link_reason,
        case
            when sights.post_id <> sights.unit_id then 'thread'
            when links.unit_id is not null then links.rule_code
            when attachments.core_unit_id is not null then 'likeliest'
        end as rule_code,
        case
            when sights.post_id <> sights.unit_id then 1.0
            else coalesce(links.link_score, attachments.link_score)
        end as link_score,
        case
            when sights.post_id <> sights.unit_id then sights.unit_id
            else coalesce(links.other_unit_id, attachments.other_core_unit_id)
        end as linked_post_id,
        case when sights.post_id = sights.unit_id then links.hours_apart end as hours_apart,
        case when sights.post_id = sights.unit_id then links.jaccard end as jaccard

    from sights
    left join cores on not sights.is_alone and sights.unit_id = cores.unit_id
    left join links on not sights.is_alone and sights.unit_id = links.unit_id
    left join attachments on cores.core_unit_id = attachments.core_unit_id

),

decided as (

    select
        found.post_id,
        found.unit_id,
        found.posted_at,
        found.is_attached and labels.decision is null as is_attached,
        labels.decision is not null as is_labelled,
        case
            when labels.decision = 'apart' then found.post_id
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

),

opened as (

    select
        *,
        first_value(post_id) over (
            partition by matter_key
            order by case when is_labelled then 2 when is_attached then 1 else 0 end, posted_at, post_id
        ) as opening_post_id

    from decided

),

linked as (

    select
        {{ hashed_id(["'incident'", 'opening_post_id']) }} as incident_id,
        post_id,
        opening_post_id,
        post_id = opening_post_id as is_opening,
        case when post_id = opening_post_id then 'opening' else link_reason end as link_reason,
        case when post_id = opening_post_id then 'opening' else rule_code end as rule_code,
        case when post_id = opening_post_id then 1.0 else link_score end as link_score,
        case when post_id <> opening_post_id then linked_post_id end as linked_post_id,
        case when post_id <> opening_post_id then hours_apart end as hours_apart,
        case when post_id <> opening_post_id then jaccard end as jaccard

    from opened

)

select * from linked
