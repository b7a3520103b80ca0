-- Where the people of a department's list sat when: messages count for the department of their day. Who came to it
-- since its list was published, or whose days were corrected since, is in it as published.

with

released as (

    select * from {{ ref('int_released_person') }}
    where list_kind = 'department_of_the_day'

),

departments as (

    select distinct
        department_id,
        organisation,
        department

    from {{ ref('int_department_member') }}

),

seats as (

    select
        released.subject_id,
        departments.organisation,
        departments.department,
        released.valid_from,
        released.valid_to

    from released
    inner join departments on released.list_id = departments.department_id

)

select * from seats
