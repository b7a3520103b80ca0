-- What people decided about the incident of a post, or about two posts: of several decisions the latest that was known
-- at as_of. Whoever says that a post joins the incident of another says that the two are the same.

with

labels as (

    select * from {{ ref('stg_label') }}
    where label_kind in ('incident', 'incident_pair')

),

settings as (

    select * from {{ source('run', 'settings') }}

),

read as (

    select
        labels.post_id,
        labels.other_post_id,
        case
            when labels.label_kind = 'incident_pair' or labels.value = 'apart' then labels.value
            else 'same'
        end as decision,
        labels.label_kind = 'incident' as is_about_post,
        labels.labelled_at,
        labels.loaded_at,
        labels.file_name,
        labels.row_hash

    from labels
    cross join settings
    where labels.labelled_at <= settings.as_of

),

ranked as (

    select
        *,
        -- Of a post one decision stands, of two posts one, whichever was named first.
        row_number() over (
            partition by
                is_about_post,
                case when is_about_post then post_id else least(post_id, other_post_id) end,
                case when not is_about_post then greatest(post_id, other_post_id) end
            order by labelled_at desc, {{ delivered_last() }}
        ) as label_rank

    from read

),

decisions as (

    select
        post_id,
        other_post_id,
        decision,
        is_about_post,
        labelled_at

    from ranked
    where label_rank = 1

)

select * from decisions
