-- A day either side of what is there, because the day of an instant depends on the time zone of its source.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

posts as (

    select * from {{ ref('int_live_post') }}

),

span as (

    select
        cast({{ add_hours('coalesce(min(posts.posted_at), max(settings.as_of))', '-24') }} as date) as first_date,
        cast({{ add_hours('greatest(coalesce(max(posts.posted_at), max(settings.as_of)), max(settings.as_of))', '24') }}
            as date) as last_date

    from settings
    left join posts on true

),

days as (

    select cast({{ unnested(days_between('first_date', 'last_date')) }} as date) as calendar_date
    from span

),

calendar as (

    select
        calendar_date,
        cast(extract(year from calendar_date) as bigint) as calendar_year,
        cast(extract(quarter from calendar_date) as bigint) as quarter_number,
        cast(extract(month from calendar_date) as bigint) as month_number,
        cast(extract(day from calendar_date) as bigint) as day_of_month,
        cast(date_trunc('week', calendar_date) as date) as week_start_date,
        cast(date_diff('day', date_trunc('week', calendar_date), calendar_date) + 1 as bigint) as day_of_week,
        date_diff('day', date_trunc('week', calendar_date), calendar_date) >= 5 as is_weekend

    from days

)

select * from calendar
