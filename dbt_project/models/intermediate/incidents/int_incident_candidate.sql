-- Which earlier threads a thread may belong to, by every rule that fits: what two threads say of town, site and topic,
-- or their words.

with

pairs as (

    select * from {{ ref('int_incident_pair') }}

),

units as (

    select * from {{ ref('int_incident_unit') }}

),

towns as (

    select * from {{ ref('int_incident_town') }}

),

rules as (

    select * from {{ ref('joining_rule') }}

),

compared as (

    select
        pairs.unit_number,
        pairs.other_unit_number,
        later.window_hours,
        greatest(0.0, {{ hours_between('earlier.last_posted_at', 'later.opened_at') }}) as hours_apart,
        case when later.text_hash = earlier.text_hash then 1.0 else pairs.jaccard end as jaccard,
        case
            when later_town.town = earlier_town.town then 'same'
            when later_town.town is null and earlier_town.town is null then 'unknown'
            else 'different'
        end as town,
        case
            when later.topic_code = earlier.topic_code then 'same'
            when later.topic_code is null or earlier.topic_code is null then 'unknown'
            when later.group_code = earlier.group_code then 'group'
            else 'different'
        end as topic,
        case
            when later.street = earlier.street then 'same'
            when later.street is null or earlier.street is null then 'unknown'
            else 'different'
        end as street,
        case
            when later.house = earlier.house then 'same'
            when later.house is null or earlier.house is null then 'unknown'
            else 'different'
        end as house,
        case
            when {{ is_one_institution('later.institution', 'earlier.institution') }} then 'same'
            when later.institution is null or earlier.institution is null then 'unknown'
            else 'different'
        end as institution,
        pairs.is_of_one_person,
        {{ metres_between('earlier.lat', 'earlier.lon', 'later.lat', 'later.lon') }} as metres_apart

    from pairs
    inner join units as later on pairs.unit_number = later.unit_number
    inner join units as earlier on pairs.other_unit_number = earlier.unit_number
    inner join towns as later_town on pairs.unit_number = later_town.unit_number
    inner join towns as earlier_town on pairs.other_unit_number = earlier_town.unit_number

),

sited as (

    select
        *,
        case
            when street = 'same' and house = 'same' then 'house'
            when institution = 'same' then 'institution'
            when street = 'same' and house = 'unknown' then 'street'
            -- The words have the last word: a person may stand at one house and speak of another.
            when 'different' in (street, house, institution) then null
            when metres_apart <= {{ var('one_site_metres') }} then 'point'
            when is_of_one_person then 'person'
        end as site

    from compared
    where town <> 'different' and hours_apart <= window_hours

),

ruled as (

    select
        sited.unit_number,
        sited.other_unit_number,
        rules.rule_code,
        rules.link_reason,
        rules.link_score,
        sited.hours_apart,
        sited.jaccard

    from sited
    inner join rules
        on
            sited.site = rules.site
            and sited.town = rules.town
            and sited.topic = rules.topic
            and sited.hours_apart <= rules.max_hours
    union all
    select
        unit_number,
        other_unit_number,
        case when jaccard = 1 then 'words' else 'near_words' end as rule_code,
        case when jaccard = 1 then 'same_text' else 'near_duplicate' end as link_reason,
        -- Nothing of a place may differ where the words are the evidence.
        0.9 * jaccard as link_score,
        hours_apart,
        jaccard

    from sited
    where jaccard is not null and 'different' not in (street, house, institution)

)

select * from ruled
