-- The count is that of the list published last until enough people have come or gone: of two counts nobody is told who
-- became active in between. Nobody is named: no source tells whether a citizen agreed to be.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

citizens as (

    select * from {{ ref('int_active_citizen') }}

),

active as (

    select
        list_id,
        count(*) as n_active_citizens,
        bool_or(is_held) as is_held

    from {{ ref('int_released_person') }}
    where list_kind = 'active_citizens'
    group by list_id

),

counted as (

    select
        organisation,
        count(*) as n_citizens,
        count(*) filter (where is_active) as n_found

    from citizens
    group by organisation

),

judged as (

    select
        counted.organisation,
        settings.as_of,
        cast({{ var('active_citizen_window_weeks') }} as bigint) as window_weeks,
        cast(settings.active_citizen_min_weeks as bigint) as min_active_weeks,
        cast(settings.active_citizen_min_messages as bigint) as min_constructive_messages,
        cast(settings.active_citizen_min_repliers as bigint) as min_repliers,
        cast(settings.active_citizen_min_topics as bigint) as min_topics,
        counted.n_citizens,
        active.n_active_citizens,
        active.is_held,
        case
            when counted.n_found < settings.min_group_size then 'too_few_people'
            when active.list_id is null then 'difference'
        end as suppression_reason

    from counted
    cross join settings
    left join active on {{ hashed_id(['counted.organisation']) }} = active.list_id

),

published_counts as (

    select
        organisation,
        as_of,
        window_weeks,
        min_active_weeks,
        min_constructive_messages,
        min_repliers,
        min_topics,
        {{ shown('n_citizens', 'suppression_reason') }} as n_citizens,
        {{ shown('n_active_citizens', 'suppression_reason') }} as n_active_citizens,
        {{ shown('is_held', 'suppression_reason') }} as is_held,
        suppression_reason is not null as is_suppressed,
        suppression_reason

    from judged

)

select * from published_counts
