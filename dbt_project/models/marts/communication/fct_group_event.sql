with

events as (

    select * from {{ ref('int_group_event') }}

),

published_events as (

    select
        network,
        organisation,
        period_start,
        event_kind,
        group_id,
        n_members,
        n_members_before,
        n_related_groups

    from events

)

select * from published_events
