with

levels as (

    select * from {{ ref('int_communication_level') }}

),

published_levels as (

    select
        organisation,
        period_kind,
        period_start,
        period_end,
        level,
        source_unit,
        target_unit,
        {{ shown('n_messages', 'suppression_reason') }} as n_messages,
        {{ shown('n_people', 'suppression_reason') }} as n_people,
        {{ shown('n_internal_ties', 'suppression_reason') }} as n_internal_ties,
        {{ shown('n_external_ties', 'suppression_reason') }} as n_external_ties,
        {{ shown('ei_index', 'suppression_reason') }} as ei_index,
        {{ shown('reciprocity', 'suppression_reason') }} as reciprocity,
        {{ shown('answered_share', 'suppression_reason') }} as answered_share,
        {{ shown('response_hours_median', 'suppression_reason') }} as response_hours_median,
        suppression_reason is not null as is_suppressed,
        suppression_reason

    from levels

)

select * from published_levels
