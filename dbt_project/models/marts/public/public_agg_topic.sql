-- Every post that is told is in one cell, and the cells add up to the total, which is shown. Any sum or difference of
-- figures is one of whole cells, and each of them stands on enough people (definition 24, b).

with

posts as (

    select * from {{ ref('int_public_post') }}

),

told as (

    select post_id, cell_id, author_subject_id, intent from posts
    union all
    select post_id, 'total' as cell_id, author_subject_id, intent from posts

),

by_person as (

    select
        cell_id,
        author_subject_id,
        count(*) as n_posts,
        count(case when intent = 'complaint' then 1 end) as n_complaints,
        count(case when intent = 'question' then 1 end) as n_questions

    from told
    group by cell_id, author_subject_id

),

counted as (

    select
        cell_id,
        cast(sum(n_posts) as bigint) as n_posts,
        cast(sum(n_complaints) as bigint) as n_complaints,
        cast(sum(n_questions) as bigint) as n_questions,
        -- posts without a known author belong to the cell, but to nobody who could be counted
        count(author_subject_id) as n_people,
        coalesce(max(case when author_subject_id is not null then n_posts end), 0) as top_person_posts

    from by_person
    group by cell_id

),

cells as (

    select distinct
        cell_id,
        false as is_total,
        period_kind,
        period_start,
        period_end,
        region,
        municipality_id,
        group_code,
        topic_code

    from posts
    union all
    select
        'total' as cell_id,
        true as is_total,
        'all' as period_kind,
        cast(null as date) as period_start,
        cast(null as date) as period_end,
        cast(null as varchar) as region,
        cast(null as varchar) as municipality_id,
        cast(null as varchar) as group_code,
        cast(null as varchar) as topic_code

),

figures as (

    select
        cells.*,
        counted.n_posts,
        counted.n_complaints,
        counted.n_questions,
        counted.n_people,
        counted.top_person_posts

    from cells
    inner join counted on cells.cell_id = counted.cell_id

)

select * from figures
