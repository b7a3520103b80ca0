with

metrics as (

    select * from {{ ref('metric') }}

),

listed as (

    select
        metric_code,
        definition_number,
        title_ru,
        formula,
        unit,
        table_name,
        column_name

    from metrics

)

select * from listed
