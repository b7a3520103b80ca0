-- The town a person writes of, as it was known when they wrote a post: all of their posts before it that tell a town
-- tell this one. What they write later changes nothing.

with

sights as (

    select * from {{ ref('int_incident_sight') }}
    where author_subject_id is not null

),

told_before as (

    select
        post_id,
        count(town) over before as n_posts,
        min(town) over before as town,
        max(town) over before as other_town

    from sights
    window before as (
        partition by author_subject_id
        order by posted_at, post_id
        rows between unbounded preceding and 1 preceding
    )

),

towns as (

    select
        post_id,
        town

    from told_before
    where n_posts >= {{ var('author_town_min_posts') }} and town = other_town

)

select * from towns
