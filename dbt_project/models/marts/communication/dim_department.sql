with

settings as (

    select * from {{ source('run', 'settings') }}

),

staff as (

    select * from {{ ref('int_staff_subject') }}
    where department is not null

),

departments as (

    select
        {{ hashed_id(['staff.organisation', 'staff.department']) }} as department_id,
        staff.organisation,
        staff.department,
        count(*) as n_members

    from staff
    group by staff.organisation, staff.department

),

large_enough as (

    select departments.*
    from departments
    cross join settings
    where departments.n_members >= settings.min_group_size

)

select * from large_enough
