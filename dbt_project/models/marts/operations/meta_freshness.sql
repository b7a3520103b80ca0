with

settings as (

    select * from {{ source('run', 'settings') }}

),

loads as (

    select * from {{ source('ledger', 'load') }}

),

by_source as (

    select
        source_name as source,
        entity_name as entity,
        count(*) as n_loads,
        cast(sum(rows_loaded) as bigint) as rows_loaded,
        max(last_event_at) as newest_event_at,
        max(loaded_at) as newest_load_at

    from loads
    group by source_name, entity_name

),

freshness as (

    select
        by_source.source,
        by_source.entity,
        by_source.n_loads,
        by_source.rows_loaded,
        by_source.newest_event_at,
        by_source.newest_load_at,
        {{ hours_between('by_source.newest_event_at', 'settings.as_of') }} as hours_since_newest_event,
        settings.as_of

    from by_source
    cross join settings

)

select * from freshness
