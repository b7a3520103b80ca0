-- Time to reply and to fix with open incidents censored (definition 6): the product-limit estimate
-- S(t) = Π (1 − d/n) over the times at which clocks stopped, Greenwood's variance on the log-log scale, and the first
-- hour at which the curve, or a bound of it, falls to what a quantile leaves.

with

clocks as (

    select * from {{ ref('int_incident_clock') }}
    where attempt_number = 1 and calendar_hours >= 0

),

scopes as (

    select * from {{ ref('int_incident_scope') }}

),

cells as (

    select * from {{ ref('int_scope_people') }}

),

times as (

    select
        scopes.scope,
        scopes.cell_id,
        clocks.clock,
        clocks.calendar_hours as hours,
        sum(case when clocks.is_stopped then 1 else 0 end) as n_stopped,
        count(*) as n_ended

    from clocks
    inner join scopes on clocks.incident_id = scopes.incident_id
    group by scopes.scope, scopes.cell_id, clocks.clock, clocks.calendar_hours

),

at_risk as (

    select
        *,
        cast(sum(n_ended) over (
            partition by scope, cell_id, clock
            order by hours desc
            rows between unbounded preceding and current row
        ) as double) as n_at_risk

    from times

),

summed as (

    select
        scope,
        cell_id,
        clock,
        hours,
        n_stopped = n_at_risk as is_end,
        sum(case when n_stopped < n_at_risk then ln(1 - n_stopped / n_at_risk) else 0.0 end) over so_far
            as log_survival,
        sum(case when n_stopped < n_at_risk then n_stopped / (n_at_risk * (n_at_risk - n_stopped)) else 0.0 end)
            over so_far as greenwood

    from at_risk
    where n_stopped > 0
    window so_far as (
        partition by scope, cell_id, clock
        order by hours
        rows between unbounded preceding and current row
    )

),

curve as (

    select
        scope,
        cell_id,
        clock,
        hours,
        case when is_end then 0.0 else exp(log_survival) end as survival,
        case
            when is_end or log_survival = 0 then 0.0
            else exp(log_survival * exp(-{{ z_95() }} * sqrt(greenwood) / log_survival))
        end as survival_low,
        case
            when is_end or log_survival = 0 then 0.0
            else exp(log_survival * exp({{ z_95() }} * sqrt(greenwood) / log_survival))
        end as survival_high

    from summed

),

quantiles as (

    select
        scope,
        cell_id,
        clock,
        {%- for name, share_left in [('median', 0.5), ('p90', 0.1)] %}
        -- Sums of logarithms miss the share by a rounding error.
        min(case when survival <= {{ share_left }} + 1e-9 then hours end) as {{ name }}_hours,
        min(case when survival_low <= {{ share_left }} + 1e-9 then hours end) as {{ name }}_hours_low,
        min(case when survival_high <= {{ share_left }} + 1e-9 then hours end) as {{ name }}_hours_high
        {{- ',' if not loop.last }}
        {%- endfor %}

    from curve
    group by scope, cell_id, clock

),

counted as (

    select
        scope,
        cell_id,
        clock,
        sum(n_ended) as n_incidents,
        sum(n_stopped) as n_stopped

    from times
    group by scope, cell_id, clock

),

waiting_times as (

    select
        counted.scope,
        counted.cell_id,
        counted.clock,
        {%- for name in ['n_incidents', 'n_stopped'] %}
        cast(counted.{{ name }} as bigint) as {{ name }},
        {%- endfor %}
        {%- for name in ['median', 'p90'] %}
        {%- for bound in ['', '_low', '_high'] %}
        quantiles.{{ name }}_hours{{ bound }} as {{ name }}_hours{{ bound }},
        {%- endfor %}
        {%- endfor %}
        cells.n_people

    from counted
    inner join cells on counted.scope = cells.scope and counted.cell_id = cells.cell_id
    left join quantiles
        on
            counted.scope = quantiles.scope
            and counted.cell_id = quantiles.cell_id
            and counted.clock = quantiles.clock

)

select * from waiting_times
