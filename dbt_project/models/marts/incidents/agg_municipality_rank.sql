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
        ranks.shrunken_incidents_per_1000,
        ranks.shrunken_incidents_per_1000_low,
        ranks.shrunken_incidents_per_1000_high,
        ranks.activity_rank,
        ranks.activity_rank_low,
        ranks.activity_rank_high,
        ranks.reports_per_day,
        ranks.reports_per_day_low,
        ranks.reports_per_day_high,
        ranks.reported_share,
        ranks.corrected_incidents,
        ranks.corrected_incidents_low,
        ranks.corrected_incidents_high

    from activity
    left join ranks
        on activity.region = ranks.region and activity.municipality_id = ranks.municipality_id

)

select * from ranked
