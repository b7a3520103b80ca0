with

loyalties as (

    select * from {{ source('enriched', 'loyalty') }}

),

renamed as (

    select
        {{ hashed_id(['network', 'organisation', 'group_id']) }} as interest_group_id,
        network,
        organisation,
        subject_id,
        period_start,
        n_messages,
        share,
        is_preferred,
        is_loyal,
        is_vagrant

    from loyalties

)

select * from renamed
