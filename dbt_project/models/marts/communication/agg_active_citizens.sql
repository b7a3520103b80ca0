-- The cell stands on everybody who wrote, so the count is shown also when few are active. Nobody is named: no source
-- tells whether a citizen agreed to be.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

citizens as (

    select * from {{ ref('int_active_citizen') }}

),

counted as (

    select
        organisation,
        count(*) as n_citizens,
        count(*) filter (where is_active) as n_active_citizens

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
        counted.n_active_citizens,
        case when counted.n_citizens < settings.min_group_size then 'too_few_people' end as suppression_reason

    from counted
    cross join settings

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
        suppression_reason is not null as is_suppressed,
        suppression_reason

    from judged

)

select * from published_counts
