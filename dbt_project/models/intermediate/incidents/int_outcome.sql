with

outcomes as (

    select * from {{ ref('stg_outcome') }}

),

compared as (

    select
        source,
        indicator,
        place,
        period,
        value,
        comparator,
        comparator_title,
        unit,
        value - comparator as difference_from_comparator,
        value / nullif(comparator, 0) as ratio_to_comparator

    from outcomes

)

select * from compared
