-- What is told to anybody of a post, and how coarsely: figures on the public surface are of whole cells.

with

cells as (

    select * from {{ ref('stg_public_post_cell') }}

),

facts as (

    select * from {{ ref('int_live_post') }}

),

told as (

    select
        cells.post_id,
        cells.cell_id,
        cells.period_kind,
        cells.period_start,
        cells.period_end,
        cells.region,
        cells.municipality_id,
        cells.group_code,
        cells.topic_code,
        facts.author_subject_id,
        facts.intent

    from cells
    inner join facts on cells.post_id = facts.post_id

)

select * from told
