with

interest_groups as (

    select * from {{ source('enriched', 'interest_group') }}

),

renamed as (

    select
        ---------- ids
        {{ hashed_id(['network', 'organisation', 'group_id']) }} as interest_group_id,
        network,
        organisation,
        group_id,
        subject_id,

        ---------- numerics
        n_members,
        stability_score,
        resolution,

        ---------- provenance
        method_version

    from interest_groups

)

select * from renamed
