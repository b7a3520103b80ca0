-- A municipality that is hidden or gone since the ranks were computed is not told.

with

ranks as (

    select * from {{ ref('stg_municipality_rank') }}

),

shown as (

    select * from {{ ref('agg_municipality_activity') }}
    where not is_suppressed

),

ranked as (

    select
        ranks.region,
        ranks.municipality_id,
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
        ranks.corrected_incidents

    from ranks
    inner join shown on ranks.region = shown.region and ranks.municipality_id = shown.municipality_id

)

select * from ranked
