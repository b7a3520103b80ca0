with

outcomes as (

    select * from {{ source('lake', 'outcome') }}

),

ranked as (

    select
        source,
        indicator,
        place,
        period,
        value,
        comparator,
        comparator_title,
        unit,
        row_number() over (
            partition by source, indicator, place, period
            order by {{ delivered_last() }}
        ) as version_rank

    from outcomes

),

latest as (

    select
        source,
        indicator,
        place,
        period,
        value,
        comparator,
        comparator_title,
        unit

    from ranked
    where version_rank = 1

)

select * from latest
