with

post_routes as (

    select * from {{ source('enriched', 'post_route') }}

),

renamed as (

    select
        text_hash,
        predicted_authority,
        predicted_group,
        predicted_topic,
        predicted_authority_probability,
        predicted_group_probability,
        predicted_topic_probability,
        model_version

    from post_routes

)

select * from renamed
