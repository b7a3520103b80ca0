with

own as (

    select * from {{ ref('stg_calendar_day') }}

),

built_in as (

    select * from {{ ref('calendar_day') }}

),

days as (

    select
        coalesce(own.day, built_in.day) as day,
        coalesce(own.is_working, built_in.is_working) as is_working

    from built_in
    full outer join own on built_in.day = own.day

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
