with

posts as (

    select * from {{ source('lake', 'post') }}

),

renamed as (

    select
        ---------- ids
        post_id,
        source,
        {{ load_id('filename') }} as load_id,
        origin_row,
        file_name,
        source_post_id,
        answered_post_id as parent_post_id,
        author_subject_id,
        text_hash,
        row_hash,

        ---------- words
        channel,
        text,
        place_text,
        page_place,
        declared_municipality,
        declared_district,
        declared_group,
        declared_topic,
        declared_authority,

        ---------- numerics
        lat,
        lon,
        reactions,

        ---------- booleans
        coalesce(is_deleted, false) as is_deleted,

        ---------- timestamps
        posted_at,
        coalesce(edited_at, posted_at) as version_at,
        loaded_at

    from posts

)

select * from renamed
