with

members as (

    select * from {{ ref('int_department_member') }}

),

departments as (

    select
        department_id,
        organisation,
        department,
        count(*) as n_members,
        bool_or(is_held) as is_held

    from members
    group by department_id, organisation, department

)

select * from departments
