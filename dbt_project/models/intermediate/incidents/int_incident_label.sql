-- What people decided about the incident of a post: the latest label that was known at as_of.

with

labels as (

    select * from {{ ref('stg_label') }}
    where label_kind = 'incident'

),

settings as (

    select * from {{ source('run', 'settings') }}

),

known as (

    select
        labels.post_id,
        labels.value,
        labels.labelled_at,
        row_number() over (
            partition by labels.post_id
            order by labels.labelled_at desc, {{ delivered_last('labels.') }}
        ) as label_rank

    from labels
    cross join settings
    where labels.labelled_at <= settings.as_of

),

decisions as (

    select
        post_id,
        labelled_at,
        case when value = 'apart' then 'apart' else 'joined' end as decision,
        case
            when value <> 'apart'
                then {{ hashed_id([
                    "regexp_extract(value, '^([^/]+)/', 1)", "regexp_extract(value, '^[^/]+/(.+)$', 1)"
                ]) }}
        end as other_post_id

    from known
    where label_rank = 1

)

select * from decisions
