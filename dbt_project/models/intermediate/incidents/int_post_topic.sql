-- The topic of a post in the taxonomy in force: what a person decided by as_of, else what the source declares, else
-- what the model trained on the deployment's labels names, else what the words tell (definition 5c, for one post).

with

settings as (

    select * from {{ source('run', 'settings') }}

),

posts as (

    select * from {{ ref('int_post') }}

),

names as (

    select * from {{ ref('int_topic_name') }}

),

labels as (

    select * from {{ ref('stg_label') }}
    where label_kind = 'topic'

),

routes as (

    select * from {{ ref('stg_post_route') }}
    where predicted_topic_probability >= {{ var('trained_topic_min_probability') }}

),

ranked_labels as (

    select
        labels.post_id,
        labels.value,
        row_number() over (
            partition by labels.post_id
            order by labels.labelled_at desc, {{ delivered_last('labels.') }}
        ) as label_rank

    from labels
    cross join settings
    where labels.labelled_at <= settings.as_of

),

named as (

    select
        posts.post_id,
        decided.topic_code as decided_code,
        declared.topic_code as declared_code,
        trained.topic_code as trained_code,
        routes.predicted_topic_probability,
        told.topic_code as told_code,
        posts.topic_probability

    from posts
    left join ranked_labels on posts.post_id = ranked_labels.post_id and ranked_labels.label_rank = 1
    left join names as decided on lower(trim(ranked_labels.value)) = decided.topic_name
    left join names as declared on lower(trim(posts.declared_topic)) = declared.topic_name
    left join routes on posts.text_hash = routes.text_hash
    left join names as trained on lower(trim(routes.predicted_topic)) = trained.topic_name
    left join names as told on posts.topic_code = told.topic_name

),

chosen as (

    select
        post_id,
        coalesce(decided_code, declared_code, trained_code, told_code) as topic_code,
        case
            when decided_code is not null or declared_code is not null then null
            when trained_code is not null then predicted_topic_probability
            when told_code is not null then topic_probability
        end as topic_probability,
        case
            when decided_code is not null then 'label'
            when declared_code is not null then 'declared'
            when coalesce(trained_code, told_code) is not null then 'model'
        end as topic_origin

    from named

)

select * from chosen
