with

preferences as (

    select * from {{ source('enriched', 'preference') }}

),

renamed as (

    select
        network,
        organisation,
        level,
        member_id,
        kind,
        item,
        n_messages,
        n_people,
        top_person_messages,
        n_withheld,
        share,
        lift,
        breadth

    from preferences

)

select * from renamed
