with

labels as (

    select * from {{ source('lake', 'label') }}

),

ranked as (

    select
        {{ post_id('of_source', 'of_source_post_id') }} as post_id,
        label_kind,
        value,
        annotator,
        labelled_at,
        row_number() over (
            partition by of_source, of_source_post_id, label_kind
            order by labelled_at desc, {{ delivered_last() }}
        ) as version_rank

    from labels

),

latest as (

    select
        post_id,
        label_kind,
        value,
        annotator,
        labelled_at

    from ranked
    where version_rank = 1

)

select * from latest
