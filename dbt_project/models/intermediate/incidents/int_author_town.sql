-- The town a person writes of: nearly all of their posts that tell a town tell this one.

with

sights as (

    select * from {{ ref('int_incident_sight') }}
    where town is not null and author_subject_id is not null

),

told as (

    select
        author_subject_id,
        town,
        count(*) as n_posts

    from sights
    group by author_subject_id, town

),

shares as (

    select
        author_subject_id,
        town,
        n_posts,
        sum(n_posts) over (partition by author_subject_id) as n_posts_of_all

    from told

),

towns as (

    select
        author_subject_id,
        town

    from shares
    where
        n_posts >= {{ var('author_town_min_posts') }}
        and n_posts >= {{ var('author_town_min_share') }} * n_posts_of_all

)

select * from towns
