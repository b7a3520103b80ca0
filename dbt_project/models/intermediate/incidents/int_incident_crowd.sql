-- Where a thread that names no site belongs when a town writes of one matter: of the threads of its town and topic in
-- the days before, so many and such a share are of one incident that it most likely is of it too. Only the latest ones
-- are counted, so that a topic of thousands costs no more than its posts; like every link, it leads to earlier threads.

with

units as (

    select * from {{ ref('int_incident_unit') }}
    where not is_chat and topic_code is not null

),

towns as (

    select * from {{ ref('int_incident_town') }}
    where town is not null

),

cores as (

    select * from {{ ref('int_incident_core') }}

),

rules as (

    select * from {{ ref('joining_rule') }}
    where site = 'crowd'

),

keyed as (

    select
        units.unit_number,
        cores.core_unit_number,
        units.opened_at,
        units.last_posted_at,
        units.street is not null or units.institution is not null or units.lat is not null as is_sited,
        {{ hashed_number(['units.region', 'towns.town', 'units.topic_code']) }} as block

    from units
    inner join towns on units.unit_number = towns.unit_number
    inner join cores on units.unit_number = cores.unit_number

),

numbered as (

    select
        *,
        sum(case when is_sited then 1 else 0 end) over (
            partition by block
            order by unit_number
            rows between unbounded preceding and current row
        ) as site_number

    from keyed

),

shelved as (

    select
        *,
        cast(floor(site_number / {{ var('joining_neighbours') }}) as bigint) as shelf

    from numbered

),

reachable as (

    select core_unit_number, unit_number, last_posted_at, block, site_number, shelf from shelved
    where is_sited
    union all
    select core_unit_number, unit_number, last_posted_at, block, site_number, shelf + 1 as shelf from shelved
    where is_sited

),

counted as (

    select
        asking.unit_number,
        told.core_unit_number,
        rules.rule_code,
        rules.link_reason,
        rules.link_score,
        count(*) as n_threads,
        sum(count(*)) over (partition by asking.unit_number) as n_threads_of_all,
        max(told.site_number) as last_number,
        min({{ hours_between('told.last_posted_at', 'asking.opened_at') }}) as hours_apart

    from shelved as asking
    cross join rules
    inner join reachable as told
        on
            asking.block = told.block
            and asking.shelf = told.shelf
            and told.site_number > asking.site_number - {{ var('joining_neighbours') }}
            and told.site_number <= asking.site_number
            and {{ hours_between('told.last_posted_at', 'asking.opened_at') }} <= rules.max_hours
    where not asking.is_sited and asking.core_unit_number = asking.unit_number
    group by asking.unit_number, told.core_unit_number, rules.rule_code, rules.link_reason, rules.link_score

),

links as (

    select
        counted.unit_number,
        latest.unit_number as other_unit_number,
        counted.core_unit_number,
        counted.rule_code,
        counted.link_reason,
        counted.link_score,
        greatest(0.0, counted.hours_apart) as hours_apart

    from counted
    inner join shelved as asking on counted.unit_number = asking.unit_number
    inner join shelved as latest
        on asking.block = latest.block and counted.last_number = latest.site_number and latest.is_sited
    where
        counted.n_threads >= {{ var('crowd_min_threads') }}
        -- One more that might be of something else, so that few threads prove little.
        and counted.n_threads >= {{ var('crowd_min_share') }} * (counted.n_threads_of_all + 1)

)

select * from links
