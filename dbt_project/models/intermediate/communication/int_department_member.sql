-- The people whom every figure of a department is of, now or as the list was published last.

with

staff as (

    select * from {{ ref('int_staff_subject') }}
    where department is not null

),

released as (

    select * from {{ ref('int_released_person') }}
    where list_kind = 'department'

),

departments as (

    select distinct
        {{ hashed_id(['organisation', 'department']) }} as department_id,
        organisation,
        department

    from staff

),

members as (

    select
        departments.department_id,
        departments.organisation,
        departments.department,
        released.subject_id,
        released.is_held,
        released.n_people as n_members

    from released
    inner join departments on released.list_id = departments.department_id

)

select * from members
