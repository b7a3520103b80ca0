-- Which posts are one incident: threads that were joined, with all of their posts. The incident is named by its opening
-- post, the earliest that is no chat, so newer posts never rename it; chat by itself is no incident. A post without a
-- date opens and joins nothing.

with

sights as (

    select * from {{ ref('int_incident_sight') }}

),

members as (

    select * from {{ ref('stg_incident_member') }}

),

placed as (

    select
        sights.post_id,
        sights.thread_id,
        sights.posted_at,
        sights.is_chat,
        coalesce(members.matter_id, sights.thread_id) as matter_id,
        coalesce(members.evidenced_matter_id, sights.thread_id) as evidenced_matter_id,
        members.linked_thread_id,
        coalesce(members.is_by_label, false) as is_by_label,
        members.decided_at,
        members.site_id

    from sights
    left join members on sights.thread_id = members.thread_id

),

opened as (

    select
        *,
        first_value(post_id) over matter as opening_post_id,
        first_value(is_chat) over matter as is_chat_alone,
        first_value(post_id) over (
            partition by evidenced_matter_id
            order by case when is_chat then 1 else 0 end, posted_at, post_id
        ) as evidenced_opening_post_id

    from placed
    window matter as (
        partition by matter_id
        order by case when is_chat then 1 else 0 end, posted_at, post_id
    )

),

incident_posts as (

    select
        {{ hashed_id(["'incident'", 'opening_post_id']) }} as incident_id,
        post_id,
        thread_id,
        opening_post_id,
        post_id = opening_post_id as is_opening,
        linked_thread_id,
        case
            when post_id = opening_post_id then 'opening'
            when post_id <> thread_id then 'thread'
            when is_by_label then 'label'
            -- A thread that its own answer opens, dated before it, or that chat began.
            when linked_thread_id is null then 'thread'
            else 'evidence'
        end as link_kind,
        decided_at,
        case
            when decided_at is not null then {{ hashed_id(["'incident'", 'evidenced_opening_post_id']) }}
        end as evidenced_incident_id,
        site_id

    from opened
    where not is_chat_alone

)

select * from incident_posts
