-- A view, not a table: the last gate judges the marts after they were built, and its verdict is published with them.
{{ config(materialized='view') }}

with

gate_results as (

    select * from {{ source('gates', 'gate_result') }}

),

verdicts as (

    select
        run_key,
        as_of,
        gate,
        table_name,
        expectation,
        column_name,
        severity,
        is_passed,
        observed,
        expected,
        explanation,
        content_hash

    from gate_results

)

select * from verdicts
