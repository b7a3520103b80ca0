with

leader_scores as (

    select * from {{ source('enriched', 'leader_score') }}

)

select * from leader_scores
