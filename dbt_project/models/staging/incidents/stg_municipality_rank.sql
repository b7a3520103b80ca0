with

ranks as (

    select * from {{ source('enriched', 'municipality_rank') }}

),

renamed as (

    select
        region,
        municipality_id,
        rate as shrunken_incidents_per_1000,
        rate_low as shrunken_incidents_per_1000_low,
        rate_high as shrunken_incidents_per_1000_high,
        rank as activity_rank,
        rank_low as activity_rank_low,
        rank_high as activity_rank_high,
        reports_per_day,
        reports_per_day_low,
        reports_per_day_high,
        reported_share,
        corrected_incidents,
        method_version

    from ranks

)

select * from renamed
