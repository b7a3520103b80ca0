-- Splits and merges: those that people decided, what the rules alone would say beside what the label made of it; and
-- merges that a post showed, which surely belongs to two incidents.

with

incident_posts as (

    select * from {{ ref('int_incident_post') }}

),

labels as (

    select * from {{ ref('int_incident_label') }}

),

merges as (

    select * from {{ ref('int_incident_merge') }}

),

units as (

    select * from {{ ref('int_incident_unit') }}

),

decided as (

    select
        {{ hashed_id(["'change'", 'incident_posts.post_id']) }} as change_id,
        incident_posts.post_id,
        labels.labelled_at as changed_at,
        case when labels.decision = 'apart' then 'split' else 'merge' end as change_kind,
        'label' as decided_by,
        incident_posts.ruled_incident_id as from_incident_id,
        incident_posts.incident_id as to_incident_id

    from incident_posts
    inner join labels on incident_posts.post_id = labels.post_id
    where incident_posts.incident_id <> incident_posts.ruled_incident_id

),

shown as (

    select distinct
        {{ hashed_id(["'merge'", 'head_units.unit_id']) }} as change_id,
        merging_units.unit_id as post_id,
        merges.merged_at as changed_at,
        'merge' as change_kind,
        'evidence' as decided_by,
        incident_posts.merged_incident_id as from_incident_id,
        incident_posts.incident_id as to_incident_id

    from merges
    inner join units as head_units on merges.head_unit_number = head_units.unit_number
    inner join units as merging_units on merges.merging_unit_number = merging_units.unit_number
    inner join incident_posts on head_units.unit_id = incident_posts.merged_unit_id
    where incident_posts.merged_incident_id <> incident_posts.incident_id

),

changes as (

    select * from decided
    union all
    select * from shown

)

select * from changes
