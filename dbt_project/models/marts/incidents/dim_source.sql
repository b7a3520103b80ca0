with

sources as (

    select * from {{ source('run', 'source') }}

),

listed as (

    select
        source,
        title,
        region,
        organisation,
        time_zone,
        is_joining_cases

    from sources

)

select * from listed
