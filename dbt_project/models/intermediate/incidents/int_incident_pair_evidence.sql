-- What speaks for and against two threads being one matter, in numbers and in levels that a person understands: where
-- they are, what they are about, how they are worded, when they were written, by whom. All of it looks back from the
-- later thread, so that what comes next month changes nothing but how rare a word is.

with

pairs as (

    select * from {{ ref('int_incident_pair') }}

),

all_threads as (

    select * from {{ ref('int_incident_thread') }}

),

-- In how many towns a name is found: where a town is not told, «поликлиника 3» may be any town's.
streets as (

    select
        region,
        street,
        count(distinct town) as n_towns

    from all_threads
    where street is not null
    group by region, street

),

institutions as (

    select
        region,
        {{ institution_head('institution') }} as institution,
        count(distinct town) as n_towns

    from all_threads
    where institution is not null
    group by region, {{ institution_head('institution') }}

),

threads as (

    select
        all_threads.*,
        streets.n_towns as n_towns_of_street,
        institutions.n_towns as n_towns_of_institution,
        count(*) over (
            partition by all_threads.author_subject_id
            order by {{ epoch_microseconds('all_threads.opened_at') }}
            range between {{ 24 * 3600 * 1000000 }} preceding and current row
        ) as n_of_author

    from all_threads
    left join streets on all_threads.region = streets.region and all_threads.street = streets.street
    left join institutions
        on
            all_threads.region = institutions.region
            and {{ institution_head('all_threads.institution') }} = institutions.institution

),

wordings as (

    select * from {{ ref('int_incident_wording') }}

),

measured as (

    select
        pairs.thread_number,
        pairs.other_thread_number,
        later.region,
        {{ metres_between('earlier.lat', 'earlier.lon', 'later.lat', 'later.lon') }} as metres,
        greatest(0.0, {{ hours_between('earlier.last_posted_at', 'later.opened_at') }}) as hours_apart,
        case when later.text_hash = earlier.text_hash then 1.0 else pairs.jaccard end as jaccard,
        {{ shared_of('wording.marks', 'other_wording.marks') }} as shared_marks,
        sqrt(wording.squares * other_wording.squares) as squares,
        least(wording.squares, other_wording.squares) as least_squares,
        greatest(wording.squares, other_wording.squares) as most_squares,
        case
            when later.street = earlier.street and later.house = earlier.house
                then
                    case
                        when later.building = earlier.building then 'same_building'
                        when later.building <> '' and earlier.building <> '' then 'other_building'
                        else 'same_house'
                    end
            when later.street = earlier.street
                then case when later.house is null or earlier.house is null then 'same_street' else 'other_house' end
            when later.street is null or earlier.street is null then 'unknown'
            when later.house is not null and earlier.house is not null then 'other_house'
            else 'other_street'
        end as address,
        {{ compared('later.town', 'earlier.town') }} as town,
        (later.town is null or earlier.town is null)
        and least(
            case when later.street = earlier.street then later.n_towns_of_street end,
            case
                when {{ is_one_institution('later.institution', 'earlier.institution') }}
                    then later.n_towns_of_institution
            end
        ) > 1 as is_of_many_towns,
        {{ compared('later.entrance', 'earlier.entrance') }} as entrance,
        {{ compared('later.floor', 'earlier.floor') }} as floor,
        case
            when {{ is_one_institution('later.institution', 'earlier.institution') }} then 'same'
            when later.institution is null or earlier.institution is null then 'unknown'
            else 'different'
        end as institution,
        case
            when later.source <> earlier.source or later.stated_topic is null or earlier.stated_topic is null
                then 'unknown'
            when later.stated_topic = earlier.stated_topic
                and coalesce(later.stated_group, '') = coalesce(earlier.stated_group, '')
                then 'same'
            when later.stated_group = earlier.stated_group then 'group'
            else 'different'
        end as category,
        case
            when later.topic_code is null or earlier.topic_code is null then 'unknown'
            when later.topic_code = earlier.topic_code then 'same'
            when later.group_code = earlier.group_code then 'group'
            else 'different'
        end as topic,
        least(later.topic_probability, earlier.topic_probability) as topic_probability,
        later.author_subject_id = earlier.author_subject_id as is_of_one_person,
        later.n_of_author,
        earlier.settled_at is null as is_never_settled,
        coalesce(earlier.settled_at <= later.opened_at, false) as is_settled_before

    from pairs
    inner join threads as later on pairs.thread_number = later.thread_number
    inner join threads as earlier on pairs.other_thread_number = earlier.thread_number
    left join wordings as wording on pairs.thread_number = wording.thread_number
    left join wordings as other_wording on pairs.other_thread_number = other_wording.thread_number

),

counted as (

    select
        thread_number,
        other_thread_number,
        region,
        metres,
        hours_apart,
        jaccard,
        {{ squared_marks('shared_marks') }} / squares as word_cosine,
        -- Words of its own: of the one that has less of them, and of the other; a word that one of a dozen threads has
        -- is 100.
        least_squares - {{ squared_marks('shared_marks') }} as least_own_words,
        most_squares - {{ squared_marks('shared_marks') }} as most_own_words,
        exp({{ largest_mark('shared_marks') }} / 4.0) as rarest_word,
        address,
        case when is_of_many_towns and metres is null then town || '_of_many' else town end as town,
        entrance,
        floor,
        institution,
        category,
        topic,
        topic_probability,
        is_of_one_person,
        n_of_author,
        is_settled_before,
        sum(
            case when metres <= {{ var('near_metres') }} or address in ('same_building', 'same_house') then 1 else 0 end
        ) over (partition by thread_number) as n_at_site

    from measured

),

levelled as (

    select
        thread_number,
        other_thread_number,
        region,

        ---------- what was measured
        metres,
        hours_apart,
        jaccard,
        word_cosine,
        least_own_words,
        most_own_words,
        rarest_word,
        topic_probability,
        n_of_author,
        n_at_site,

        ---------- what it means
        case
            when address in ('same_building', 'same_house') and coalesce(metres <= {{ var('near_metres') }}, true)
                then 'addressed'
            when metres is null then 'unknown'
            when metres <= {{ var('point_metres') }} then 'point'
            when metres <= {{ var('close_metres') }} then 'close'
            when metres <= {{ var('near_metres') }} then 'near'
            when metres <= {{ var('around_metres') }} then 'around'
            when metres <= {{ var('joining_max_metres') }} then 'aside'
            else 'far'
        end as distance,
        address,
        town,
        entrance,
        floor,
        institution,
        category,
        case
            when category <> 'unknown' then 'stated'
            when topic = 'unknown' then 'unknown'
            when topic_probability < {{ var('sure_topic_probability') }} then topic || '_unsure'
            else topic
        end as topic,
        case
            when most_own_words < {{ var('own_words') }} then 'equal'
            when least_own_words < {{ var('own_words') }} and word_cosine >= 0.2 then 'contained'
            when jaccard >= {{ var('near_duplicate_min_jaccard') }} or word_cosine >= 0.5 then 'alike'
            when word_cosine >= 0.2 then 'some'
            when word_cosine is null then 'untold'
            else 'none'
        end as words,
        case when rarest_word >= {{ var('rare_word_threads') }} then 'shared' else 'none' end as rare_word,
        case
            when hours_apart <= 1 then 'hour'
            when hours_apart <= 24 then 'day'
            when hours_apart <= 72 then 'three_days'
            when hours_apart <= 168 then 'week'
            else 'later'
        end as time,
        case
            when is_of_one_person is null then 'unknown'
            when not is_of_one_person then 'two'
            when hours_apart > 24 then 'one_again'
            -- Of one house people list what is broken; outdoors they follow one thing.
            when address in ('same_building', 'same_house') then 'one_at_house'
            else 'one_in_one_go'
        end as author,
        case when n_of_author >= {{ var('itemising_threads') }} then 'busy' else 'quiet' end as person,
        case when is_settled_before then 'before' else 'open' end as settled,
        case when n_at_site > 10 then 'busy' when n_at_site > 3 then 'some' else 'quiet' end as site

    from counted

),

-- Two towns, a point too far away, or an address that contradicts: no other evidence makes up for it, but for a near
-- point.
judged as (

    select
        *,
        distance = 'far'
        or distance not in ('addressed', 'point', 'close', 'near')
        and (town = 'different' or address in ('other_house', 'other_building')) as is_vetoed

    from levelled

)

select * from judged
