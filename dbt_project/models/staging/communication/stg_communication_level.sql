with

communication_levels as (

    select * from {{ source('enriched', 'communication_level') }}

),

renamed as (

    select
        organisation,
        period_kind,
        period_start,
        period_end,
        level,
        source_unit,
        target_unit,
        n_messages,
        n_people,
        top_person_count,
        total_count,
        n_internal_ties,
        n_external_ties,
        ei_index,
        reciprocity,
        answered_share,
        response_hours_median

    from communication_levels

)

select * from renamed
