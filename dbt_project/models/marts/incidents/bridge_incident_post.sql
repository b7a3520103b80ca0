with

incident_posts as (

    select * from {{ ref('int_incident_post') }}

),

links as (

    select * from {{ ref('int_incident_link') }}

),

bridge as (

    select
        incident_posts.incident_id,
        incident_posts.post_id,
        case
            when incident_posts.link_kind = 'evidence' then coalesce(links.link_reason, 'evidence')
            else incident_posts.link_kind
        end as link_reason,
        case when incident_posts.link_kind = 'evidence' then links.reasons_en end as reasons_en,
        case when incident_posts.link_kind = 'evidence' then links.reasons_ru end as reasons_ru,
        case when incident_posts.link_kind = 'evidence' then links.probability else 1.0 end as link_score,
        case
            when incident_posts.is_opening then null
            when incident_posts.post_id <> incident_posts.thread_id then incident_posts.thread_id
            else coalesce(incident_posts.linked_thread_id, incident_posts.opening_post_id)
        end as linked_post_id,
        case when incident_posts.link_kind in ('evidence', 'label') then links.hours_apart end as hours_apart,
        incident_posts.is_opening

    from incident_posts
    left join links on incident_posts.post_id = links.thread_id

)

select * from bridge
