with

posts as (

    select * from {{ ref('int_live_post') }}

),

authors as (

    select distinct author_subject_id as subject_id
    from posts
    where author_subject_id is not null

)

select * from authors
