-- What people decided about the incident of a post. A label dated after as_of is not known yet.

with

labels as (

    select * from {{ ref('stg_label') }}
    where label_kind = 'incident'

),

settings as (

    select * from {{ source('run', 'settings') }}

),

decisions as (

    select
        labels.post_id,
        labels.labelled_at,
        case when labels.value = 'apart' then 'apart' else 'joined' end as decision,
        case
            when labels.value <> 'apart'
                then {{ hashed_id([
                    "regexp_extract(labels.value, '^([^/]+)/', 1)", "regexp_extract(labels.value, '^[^/]+/(.+)$', 1)"
                ]) }}
        end as other_post_id

    from labels
    cross join settings
    where labels.labelled_at <= settings.as_of

)

select * from decisions
