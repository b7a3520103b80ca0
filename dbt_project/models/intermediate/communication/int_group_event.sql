with

settings as (

    select * from {{ source('run', 'settings') }}

),

events as (

    select * from {{ ref('stg_group_event') }}

),

of_shown_groups as (

    select events.*

    from events
    cross join settings
    where
        coalesce(events.n_members, settings.min_group_size) >= settings.min_group_size
        and coalesce(events.n_members_before, settings.min_group_size) >= settings.min_group_size

)

select * from of_shown_groups
