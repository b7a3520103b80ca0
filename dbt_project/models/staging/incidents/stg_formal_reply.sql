with

formal_replies as (

    select * from {{ source('enriched', 'formal_reply') }}

)

select * from formal_replies
