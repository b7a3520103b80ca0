with

settings as (

    select * from {{ source('run', 'settings') }}

),

loads as (

    select * from {{ source('ledger', 'load') }}

),

missing as (

    select * from {{ source('arrivals', 'missing') }}

),

feeds as (

    select distinct source_name as source, entity_name as entity from loads
    union distinct
    select source, entity from missing

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
        feeds.source,
        feeds.entity,
        coalesce(by_source.n_loads, 0) as n_loads,
        coalesce(by_source.rows_loaded, 0) as rows_loaded,
        by_source.newest_event_at,
        by_source.newest_load_at,
        {{ hours_between('by_source.newest_event_at', 'settings.as_of') }} as hours_since_newest_event,
        missing.source is not null as is_missing,
        missing.missing_since,
        missing.n_deliveries as n_deliveries_missing,
        missing.n_rows as n_rows_missing,
        missing.reason as missing_reason,
        settings.as_of

    from feeds
    left join by_source on feeds.source = by_source.source and feeds.entity = by_source.entity
    left join missing on feeds.source = missing.source and feeds.entity = missing.entity
    cross join settings

)

select * from freshness
