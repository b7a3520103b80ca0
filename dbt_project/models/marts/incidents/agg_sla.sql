-- Nothing is hidden: how long an authority took is told to analysts in full (definition 24, a). The rows of a kind of
-- period and a scope add up to all incidents; the scope «all» is their total.

with

sources as (

    select * from {{ source('run', 'source') }}

),

incidents as (

    select
        int_incident.*,
        {{ local_date('int_incident.opened_at', 'sources.time_zone') }} as opened_date

    from {{ ref('int_incident') }} as int_incident
    inner join sources on int_incident.source = sources.source

),

told as (

    {{ in_periods('incidents', 'opened_date') | indent(4) }}

),

scopes as (

    select * from {{ ref('int_incident_scope') }}

),

cells as (

    select
        told.period_kind,
        told.period_start,
        scopes.scope,
        scopes.cell_id,
        count(*) as n_incidents,
        count(told.first_reply_at) as n_replied,
        count(case when told.is_reply_on_time then 1 end) as n_on_time,
        count(case when told.is_ripe then 1 end) as n_ripe,
        cast(median(told.citizen_wait_hours) as double) as median_citizen_wait_hours_of_replied,
        cast(median(told.net_reply_hours) as double) as median_net_reply_hours_of_replied

    from told
    inner join scopes on told.incident_id = scopes.incident_id
    group by told.period_kind, told.period_start, scopes.scope, scopes.cell_id

),

shares as (

    select
        period_kind,
        period_start,
        scope,
        cell_id,
        n_incidents,
        n_replied,
        n_on_time,
        n_ripe,
        cast(n_on_time as double) / nullif(n_ripe, 0) as on_time_share,
        {{ wilson_interval('n_on_time', 'n_ripe', 'low') }} as on_time_share_low,
        {{ wilson_interval('n_on_time', 'n_ripe', 'high') }} as on_time_share_high,
        median_citizen_wait_hours_of_replied,
        median_net_reply_hours_of_replied

    from cells

)

select * from shares
