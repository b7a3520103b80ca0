with

days as (

    select * from {{ ref('calendar_day') }}

),

counted as (

    select
        day,
        is_working,
        sum(case when is_working then 1 else 0 end) over (
            order by day
            rows between unbounded preceding and current row
        ) as n_working_days_so_far

    from days

),

working_days as (

    select
        day,
        is_working,
        cast(n_working_days_so_far as bigint) as n_working_days_so_far,
        {{ var('working_day_hours') }} * (n_working_days_so_far - case when is_working then 1 else 0 end)
            as hours_before

    from counted

)

select * from working_days
