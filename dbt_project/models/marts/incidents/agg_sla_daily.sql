with

settings as (

    select * from {{ source('run', 'settings') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

incidents as (

    select
        int_incident.*,
        {{ local_date('int_incident.opened_at', 'sources.time_zone') }} as opened_date

    from {{ ref('int_incident') }} as int_incident
    inner join sources on int_incident.source = sources.source

),

incident_people as (

    select * from {{ ref('int_incident_person') }}

),

cells as (

    select
        opened_date,
        source,
        group_code,
        count(*) as n_incidents,
        count(first_reply_at) as n_replied,
        count(*) filter (where is_reply_on_time) as n_on_time,
        count(*) filter (where is_ripe) as n_ripe,
        cast(median(citizen_wait_hours) as double) as median_citizen_wait_hours_of_replied,
        cast(median(net_reply_hours) as double) as median_net_reply_hours_of_replied

    from incidents
    group by opened_date, source, group_code

),

incidents_by_person as (

    select
        incidents.opened_date,
        incidents.source,
        incidents.group_code,
        incident_people.author_subject_id,
        count(*) as n_incidents

    from incidents
    inner join incident_people on incidents.incident_id = incident_people.incident_id
    group by incidents.opened_date, incidents.source, incidents.group_code, incident_people.author_subject_id

),

people as (

    select
        opened_date,
        source,
        group_code,
        count(*) as n_people,
        max(n_incidents) as top_person_incidents

    from incidents_by_person
    group by opened_date, source, group_code

),

judged as (

    select
        cells.*,
        coalesce(people.n_people, 0) as n_people,
        {{ suppression_reason(
            'people.n_people', 'people.top_person_incidents', 'cells.n_incidents', 'settings.min_group_size'
        ) }} as primary_reason

    from cells
    cross join settings
    left join people
        on
            cells.opened_date = people.opened_date
            and cells.source = people.source
            and cells.group_code is not distinct from people.group_code

),

suppressed as (

    select
        *,
        {{ complementary_suppression_reason(
            'primary_reason', 'opened_date, source', 'n_people', 'group_code'
        ) }} as suppression_reason

    from judged

),

daily as (

    select
        opened_date,
        source,
        group_code,
        {{ shown('n_incidents', 'suppression_reason') }} as n_incidents,
        {{ shown('n_replied', 'suppression_reason') }} as n_replied,
        {{ shown('n_on_time', 'suppression_reason') }} as n_on_time,
        {{ shown('n_ripe', 'suppression_reason') }} as n_ripe,
        {{ shown('cast(n_on_time as double) / nullif(n_ripe, 0)', 'suppression_reason') }} as on_time_share,
        {{ shown(wilson_interval('n_on_time', 'n_ripe', 'low'), 'suppression_reason') }} as on_time_share_low,
        {{ shown(wilson_interval('n_on_time', 'n_ripe', 'high'), 'suppression_reason') }} as on_time_share_high,
        {{ shown('median_citizen_wait_hours_of_replied', 'suppression_reason') }}
            as median_citizen_wait_hours_of_replied,
        {{ shown('median_net_reply_hours_of_replied', 'suppression_reason') }} as median_net_reply_hours_of_replied,
        {{ shown('n_people', 'suppression_reason') }} as n_people,
        suppression_reason is not null as is_suppressed,
        suppression_reason

    from suppressed

)

select * from daily
