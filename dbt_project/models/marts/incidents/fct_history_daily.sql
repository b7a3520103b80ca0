with

settings as (

    select * from {{ source('run', 'settings') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

changes as (

    select * from {{ ref('int_incident_daily_change') }}

),

today as (

    select
        max(settings.history_days) as history_days,
        max({{ local_date('settings.as_of', "coalesce(sources.time_zone, 'UTC')") }}) as last_date

    from settings
    left join sources on true

),

running as (

    select
        changes.*,
        sum(n_open_change) over so_far as n_open,
        sum(n_overdue_change) over so_far as n_overdue,
        lead(change_date) over (
            partition by authority_id, municipality_id, group_code order by change_date
        ) as next_change_date,
        today.last_date,
        today.history_days

    from changes
    cross join today
    window so_far as (
        partition by authority_id, municipality_id, group_code
        order by change_date
        rows between unbounded preceding and current row
    )

),

-- A day without a change is as the day before; nothing open, and there is no row.
spans as (

    select
        *,
        case
            when n_open = 0 then change_date
            when next_change_date is null then last_date
            else {{ add_days('next_change_date', -1) }}
        end as until_date

    from running

),

days as (

    select
        *,
        cast({{ unnested(days_between('change_date', 'until_date')) }} as date) as history_date

    from spans

),

history as (

    select
        history_date,
        authority_id,
        municipality_id,
        group_code,
        cast(n_open as bigint) as n_open,
        cast(n_overdue as bigint) as n_overdue
        {%- for flow in [
            'n_received', 'n_answered', 'n_claimed_fixed', 'n_confirmed', 'n_closed', 'n_reopenings', 'n_ripe',
            'n_on_time',
        ] %},
        case when history_date = change_date then {{ flow }} else 0 end as {{ flow }}
        {%- endfor %}

    from days
    where date_diff('day', history_date, last_date) < history_days

),

filled as (

    select * from history
    where n_open + n_received + n_answered + n_claimed_fixed + n_confirmed + n_closed + n_reopenings + n_ripe > 0

)

select * from filled
