-- What each level of evidence counts in a region: fitted on its own labels, else the narrow cold start of the seed. The
-- words for it are always the seed's.

with

seeded as (

    select * from {{ ref('joining_weight') }}

),

fitted as (

    select * from {{ ref('stg_joining_weight') }}

),

regions as (

    select distinct region from {{ ref('int_incident_thread') }}

),

weights as (

    select
        regions.region,
        seeded.feature,
        seeded.level,
        coalesce(fitted.points, cast(seeded.points as double)) as points,
        coalesce(fitted.weights_version, 'cold_start') as weights_version,
        fitted.weights_version is not null as is_fitted,
        seeded.reason_en,
        seeded.reason_ru

    from regions
    cross join seeded
    left join fitted
        on
            regions.region = fitted.region
            and seeded.feature = fitted.feature
            and seeded.level = fitted.level

)

select * from weights
