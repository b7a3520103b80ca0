-- Whole years, from that of the first post to the one after as_of, so that terms to come have their day too.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

posts as (

    select * from {{ ref('int_live_post') }}

),

working_days as (

    select * from {{ ref('int_working_day') }}

),

-- A day earlier, because the day of an instant depends on the time zone of its source.
span as (

    select
        cast(date_trunc('year', {{ add_hours('coalesce(min(posts.posted_at), max(settings.as_of))', -24) }}) as date)
            as first_date,
        {{ add_days("cast(date_trunc('year', " ~ add_hours('max(settings.as_of)', 24 * 731) ~ ") as date)", -1) }}
            as last_date

    from settings
    left join posts on true

),

days as (

    select cast({{ unnested(days_between('first_date', 'last_date')) }} as date) as calendar_date
    from span

),

parts as (

    select
        calendar_date,
        cast(extract(year from calendar_date) as bigint) as calendar_year,
        cast(extract(quarter from calendar_date) as bigint) as quarter_number,
        cast(extract(month from calendar_date) as bigint) as month_number,
        cast(extract(day from calendar_date) as bigint) as day_of_month,
        cast(date_trunc('month', calendar_date) as date) as month_start_date,
        cast(date_trunc('week', calendar_date) as date) as week_start_date,
        {{ add_days("cast(date_trunc('week', calendar_date) as date)", 6) }} as week_end_date,
        cast(date_diff('day', date_trunc('week', calendar_date), calendar_date) + 1 as bigint) as day_of_week

    from days

),

calendar as (

    select
        parts.calendar_date,
        {{ day_ru('parts.calendar_date') }} as date_ru,
        parts.calendar_year,
        parts.quarter_number,
        parts.month_number,
        parts.month_start_date,
        {{ word_of('parts.month_number', [
            'январь', 'февраль', 'март', 'апрель', 'май', 'июнь', 'июль', 'август', 'сентябрь', 'октябрь', 'ноябрь',
            'декабрь',
        ]) }} || ' ' || cast(parts.calendar_year as varchar) as month_ru,
        parts.day_of_month,
        parts.week_start_date,
        {{ day_ru('parts.week_start_date') }} || ' – ' || {{ day_ru('parts.week_end_date') }} as week_ru,
        parts.day_of_week,
        {{ word_of('parts.day_of_week', [
            'понедельник', 'вторник', 'среда', 'четверг', 'пятница', 'суббота', 'воскресенье',
        ]) }} as day_of_week_ru,
        parts.day_of_week >= 6 as is_weekend,
        working_days.is_working as is_working_day,
        not working_days.is_working and parts.day_of_week < 6 as is_holiday

    from parts
    left join working_days on parts.calendar_date = working_days.day

)

select * from calendar
