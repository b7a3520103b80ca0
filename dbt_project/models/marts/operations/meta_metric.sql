with

metrics as (

    select * from {{ ref('metric') }}

),

column_formulas as (

    select * from {{ ref('column_formula') }}

),

listed as (

    select
        metric_code,
        definition_number,
        label_ru,
        label_en,
        formula,
        unit,
        table_name,
        sql_expression,
        true as is_aggregate,
        nullif(published_as, '') as published_as,
        surface

    from metrics
    union all
    select
        metric_code,
        definition_number,
        label_ru,
        label_en,
        formula,
        unit,
        table_name,
        column_name as sql_expression,
        false as is_aggregate,
        table_name || '.' || column_name as published_as,
        surface

    from column_formulas

)

select * from listed
