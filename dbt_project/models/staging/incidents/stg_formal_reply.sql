with

formal_replies as (

    select * from {{ source('enriched', 'formal_reply') }}

),

renamed as (

    select
        reply_id,
        max_jaccard_score,
        has_action,
        has_date,
        has_place,
        has_responsible,
        formal_reply_score,
        method_version

    from formal_replies

)

select * from renamed
