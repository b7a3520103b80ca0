-- An outcome is never shown without what it compares to: the value of one that has no comparator is null.

with

outcomes as (

    select * from {{ ref('int_outcome') }}

),

judged as (

    select
        *,
        case when comparator is null or comparator_title is null then 'no_comparator' end as suppression_reason

    from outcomes

),

published_outcomes as (

    select
        source,
        indicator,
        place,
        period,
        {{ shown('value', 'suppression_reason') }} as value,
        {{ shown('comparator', 'suppression_reason') }} as comparator,
        comparator_title,
        unit,
        {{ shown('difference_from_comparator', 'suppression_reason') }} as difference_from_comparator,
        {{ shown('ratio_to_comparator', 'suppression_reason') }} as ratio_to_comparator,
        suppression_reason is not null as is_suppressed,
        suppression_reason

    from judged

)

select * from published_outcomes
