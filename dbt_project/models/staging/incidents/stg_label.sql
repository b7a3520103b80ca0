with

labels as (

    select * from {{ source('lake', 'label') }}

),

renamed as (

    select
        {{ post_id('of_source', 'of_source_post_id') }} as post_id,
        {{ post_id('coalesce(with_source, of_source)', 'with_source_post_id') }} as with_post_id,
        label_kind,
        value,
        annotator,
        row_hash,
        file_name,
        loaded_at,
        labelled_at

    from labels

)

select * from renamed
