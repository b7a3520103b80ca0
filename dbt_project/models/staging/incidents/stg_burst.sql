with

bursts as (

    select * from {{ source('enriched', 'burst') }}

),

renamed as (

    select
        ---------- ids
        {{ hashed_id(['topic_code', 'municipality_id', 'first_date']) }} as burst_id,
        topic_code,
        municipality_id,

        ---------- dates
        first_date,
        last_date,

        ---------- numerics
        n_posts,
        expected_count,
        kleinberg_weight,
        p_value,
        q_value,

        ---------- words
        method_version

    from bursts

)

select * from renamed
