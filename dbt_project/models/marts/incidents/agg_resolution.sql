-- Rates of definition 7 with Wilson intervals, by what an incident is counted in.

with

incidents as (

    select * from {{ ref('int_incident') }}

),

settlements as (

    select * from {{ ref('int_incident_settlement') }}

),

scopes as (

    select * from {{ ref('int_incident_scope') }}

),

cells as (

    select * from {{ ref('int_scope_people') }}

),

counted as (

    select
        scopes.scope,
        scopes.cell_id,
        count(*) as n_incidents,
        count(incidents.claimed_fixed_at) as n_claimed,
        count(case when incidents.claimed_fixed_at is not null and incidents.is_confirmed then 1 end) as n_confirmed,
        count(settlements.incident_id) as n_settled,
        count(case when settlements.is_reopened then 1 end) as n_reopened,
        count(settlements.is_repeated) as n_followed,
        count(case when settlements.is_repeated then 1 end) as n_repeated

    from scopes
    inner join incidents on scopes.incident_id = incidents.incident_id
    left join settlements on scopes.incident_id = settlements.incident_id
    group by scopes.scope, scopes.cell_id

),

resolutions as (

    select
        counted.scope,
        counted.cell_id,
        counted.n_incidents,
        counted.n_claimed,
        counted.n_confirmed,
        counted.n_settled,
        counted.n_reopened,
        counted.n_followed,
        counted.n_repeated,
        cast(counted.n_confirmed as double) / nullif(counted.n_claimed, 0) as confirmed_share,
        {{ wilson_interval('counted.n_confirmed', 'counted.n_claimed', 'low') }} as confirmed_share_low,
        {{ wilson_interval('counted.n_confirmed', 'counted.n_claimed', 'high') }} as confirmed_share_high,
        cast(counted.n_reopened as double) / nullif(counted.n_settled, 0) as reopened_share,
        {{ wilson_interval('counted.n_reopened', 'counted.n_settled', 'low') }} as reopened_share_low,
        {{ wilson_interval('counted.n_reopened', 'counted.n_settled', 'high') }} as reopened_share_high,
        cast(counted.n_repeated as double) / nullif(counted.n_followed, 0) as repeated_share,
        {{ wilson_interval('counted.n_repeated', 'counted.n_followed', 'low') }} as repeated_share_low,
        {{ wilson_interval('counted.n_repeated', 'counted.n_followed', 'high') }} as repeated_share_high,
        cells.n_people

    from counted
    inner join cells on counted.scope = cells.scope and counted.cell_id = cells.cell_id

)

select * from resolutions
