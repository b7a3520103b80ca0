with

leader_scores as (

    select * from {{ source('enriched', 'leader_score') }}

),

renamed as (

    select
        period_kind,
        period_start,
        period_end,
        network,
        organisation,
        subject_id,
        authority_score,
        authority_low,
        authority_high,
        authority_rank,
        authority_rank_low,
        authority_rank_high,
        authority_top_k_probability,
        spread_score,
        spread_low,
        spread_high,
        spread_rank,
        spread_rank_low,
        spread_rank_high,
        spread_top_k_probability,
        authority_null_p_value,
        removal_edge_count,
        reason_en,
        reason_ru,
        n_weeks,
        method_version

    from leader_scores

)

select * from renamed
