with

labels as (

    select * from {{ source('lake', 'label') }}

),

renamed as (

    select
        post_id,
        other_post_id,
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
