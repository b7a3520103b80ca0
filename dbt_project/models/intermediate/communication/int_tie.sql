-- Two networks under one another, never beside one another: no person of one is ever looked up in the other.

with

staff as (

    select * from {{ ref('int_tie_staff') }}

),

citizens as (

    select * from {{ ref('int_tie_citizens') }}

),

ties as (

    select
        network,
        organisation,
        source_subject_id,
        target_subject_id,
        n_messages,
        weight,
        first_at,
        last_at

    from staff
    union all
    select
        network,
        organisation,
        source_subject_id,
        target_subject_id,
        n_messages,
        weight,
        first_at,
        last_at

    from citizens

)

select * from ties
