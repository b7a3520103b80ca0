-- What was said at an earlier instant, not what is known of it now: that is fct_history_daily. What this run will say
-- is noted once it is published.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

figures as (

    select * from {{ source('history', 'published_figure') }}

),

said as (

    select
        figures.as_of,
        figures.history_date,
        figures.authority_id,
        figures.municipality_id,
        figures.group_code,
        figures.n_received,
        figures.n_answered,
        figures.n_confirmed,
        figures.n_ripe,
        figures.n_on_time,
        figures.n_open,
        figures.n_overdue

    from figures
    cross join settings
    where figures.as_of < settings.as_of

)

select * from said
