with

leader_scores as (

    select * from {{ source('enriched', 'leader_score') }}

),

renamed as (

    select
        ---------- ids
        network,
        organisation,
        subject_id,

        ---------- numerics
        authority_score,
        authority_rank,
        spread_score,
        spread_rank,

        ---------- provenance
        method_version

    from leader_scores

)

select * from renamed
