-- A municipality that is hidden in agg_municipality_activity took no part in the ranks and is hidden here.

with

activity as (

    select * from {{ ref('agg_municipality_activity') }}
    where municipality_id is not null

),

ranks as (

    select * from {{ ref('int_municipality_rank') }}

),

ranked as (

    select
        activity.region,
        activity.municipality_id,
        activity.n_people,
        {{ shown('ranks.shrunken_incidents_per_1000', 'activity.suppression_reason') }} as shrunken_incidents_per_1000,
        {{ shown('ranks.shrunken_incidents_per_1000_low', 'activity.suppression_reason') }}
            as shrunken_incidents_per_1000_low,
        {{ shown('ranks.shrunken_incidents_per_1000_high', 'activity.suppression_reason') }}
            as shrunken_incidents_per_1000_high,
        {{ shown('ranks.activity_rank', 'activity.suppression_reason') }} as activity_rank,
        {{ shown('ranks.activity_rank_low', 'activity.suppression_reason') }} as activity_rank_low,
        {{ shown('ranks.activity_rank_high', 'activity.suppression_reason') }} as activity_rank_high,
        {{ shown('ranks.reports_per_day', 'activity.suppression_reason') }} as reports_per_day,
        {{ shown('ranks.reports_per_day_low', 'activity.suppression_reason') }} as reports_per_day_low,
        {{ shown('ranks.reports_per_day_high', 'activity.suppression_reason') }} as reports_per_day_high,
        {{ shown('ranks.reported_share', 'activity.suppression_reason') }} as reported_share,
        {{ shown('ranks.corrected_incidents', 'activity.suppression_reason') }} as corrected_incidents,
        activity.is_suppressed,
        activity.suppression_reason

    from activity
    left join ranks
        on activity.region = ranks.region and activity.municipality_id = ranks.municipality_id

)

select * from ranked
