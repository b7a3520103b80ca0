with

relationships as (

    select * from {{ ref('relationship') }}

),

listed as (

    select
        table_name,
        column_name,
        parent_table_name,
        parent_column_name

    from relationships

)

select * from listed
