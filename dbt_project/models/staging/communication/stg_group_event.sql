with

group_events as (

    select * from {{ source('enriched', 'group_event') }}

),

renamed as (

    select
        network,
        organisation,
        period_start,
        event_kind,
        group_id,
        n_members,
        n_members_before,
        n_related_groups

    from group_events

)

select * from renamed
