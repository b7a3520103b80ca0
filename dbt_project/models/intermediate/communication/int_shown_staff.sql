-- Staff as dim_subject may show them: the department of those who agreed, once its published list has them.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

staff as (

    select * from {{ ref('int_staff_subject') }}

),

members as (

    select * from {{ ref('int_department_member') }}

),

judged as (

    select
        staff.subject_id,
        staff.organisation,
        members.department,
        staff.is_score_consented,
        case
            when staff.department is null then null
            when not staff.is_score_consented then 'no_consent'
            when staff.n_department_members < settings.min_group_size then 'too_few_people'
            when members.subject_id is null then 'difference'
        end as suppression_reason

    from staff
    cross join settings
    left join members
        on
            staff.subject_id = members.subject_id
            and staff.organisation = members.organisation
            and staff.department = members.department

),

shown as (

    select
        subject_id,
        organisation,
        {{ shown('department', 'suppression_reason') }} as department,
        is_score_consented,
        suppression_reason

    from judged

)

select * from shown
