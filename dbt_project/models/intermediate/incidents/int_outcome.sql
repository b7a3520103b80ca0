with

outcomes as (

    select * from {{ ref('stg_outcome') }}

),

strings as (

    select * from {{ ref('int_shown_string') }}

),

compared as (

    select
        outcomes.source,
        indicators.shown as indicator,
        places.shown as place,
        periods.shown as period,
        outcomes.value,
        outcomes.comparator,
        comparators.shown as comparator_title,
        units.shown as unit,
        outcomes.value - outcomes.comparator as difference_from_comparator,
        outcomes.value / nullif(outcomes.comparator, 0) as ratio_to_comparator

    from outcomes
    left join strings as indicators on outcomes.indicator = indicators.words
    left join strings as places on outcomes.place = places.words
    left join strings as periods on outcomes.period = periods.words
    left join strings as comparators on outcomes.comparator_title = comparators.words
    left join strings as units on outcomes.unit = units.words

)

select * from compared
