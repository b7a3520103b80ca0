-- Chooses columns alone, so it is a view: the table behind it holds millions of rows, and not twice.
{{ config(materialized='view') }}

with

incident_posts as (

    select * from {{ ref('int_incident_post') }}

),

bridge as (

    select
        incident_id,
        post_id,
        link_reason,
        rule_code,
        link_score,
        linked_post_id,
        hours_apart,
        jaccard,
        is_opening

    from incident_posts

)

select * from bridge
