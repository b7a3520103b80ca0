{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='post_id',
        on_schema_change='append_new_columns',
        post_hook="
            delete from {{ this }} as stored
            where not exists (
                select 1 from {{ ref('stg_post_version') }} as versions where versions.post_id = stored.post_id
            )
        ",
    )
}}
-- Only posts whose stored versions or annotations differ from the last run are computed again. The fingerprint sees a
-- new load, a load that was taken away, a row erased from a load, a text labelled by another model version, and another
-- way to read words alike; the time a post was written plays no part, so however late a row arrives it is not missed.
{%- set ways_to_read = [
    var('severity_words'), street_stem('x'), address_street('x'), address_house('x'), address_building('x'),
    street_after_cue(1), words_of('x'), entrance_of('x'), floor_of('x'),
] %}

with

versions as (

    select * from {{ ref('stg_post_version') }}

),

labels as (

    select * from {{ ref('stg_post_label') }}

),

redactions as (

    select * from {{ ref('stg_text_redaction') }}

),

streets as (

    select * from {{ ref('int_text_street') }}

),

fingerprints as (

    select
        versions.post_id,
        -- Counted up when a column is added, so that rows stored without it are computed again.
        '8:{{ local_md5(ways_to_read | join) }}:' || {{ rows_fingerprint([
            'versions.load_id', 'versions.row_hash',
            'labels.intent', 'labels.intent_probability', 'labels.topic_code', 'labels.topic_probability',
            'labels.model_version', 'streets.place_key', 'streets.house', 'redactions.model_version',
        ]) }} as fingerprint

    from versions
    left join labels on versions.text_hash = labels.text_hash
    left join streets on versions.text_hash = streets.text_hash
    left join redactions on versions.text_hash = redactions.text_hash
    group by versions.post_id

),

changed as (

    select
        fingerprints.post_id,
        fingerprints.fingerprint

    from fingerprints
    {% if is_incremental() %}
    left join {{ this }} as stored on fingerprints.post_id = stored.post_id
    where stored.post_id is null or stored.fingerprint <> fingerprints.fingerprint
    {% endif %}

),

-- Ranked on the narrow columns alone, so that the words are read once and never sorted.
ranked as (

    select
        versions.post_id,
        versions.load_id,
        versions.origin_row,
        changed.fingerprint,
        row_number() over (
            partition by versions.post_id
            order by
                versions.version_at desc nulls last,
                -- At one and the same instant a deletion is the last word.
                versions.is_deleted desc,
                {{ delivered_last('versions.') }},
                versions.load_id desc,
                versions.origin_row desc
        ) as version_rank

    from versions
    inner join changed on versions.post_id = changed.post_id

),

annotated as (

    select
        versions.post_id,
        versions.source,
        versions.source_post_id,
        versions.load_id,
        versions.parent_post_id,
        versions.author_subject_id,
        versions.channel,
        case when not versions.is_deleted then {{ shown_words('versions.text') }} end as text,
        case when not versions.is_deleted then versions.text_hash end as text_hash,
        cast(length(case when not versions.is_deleted then versions.text end) as bigint) as text_length,
        case when not versions.is_deleted then versions.place_text end as place_text,
        versions.page_place,
        versions.declared_municipality,
        versions.declared_district,
        versions.declared_group,
        versions.declared_topic,
        versions.declared_authority,
        case when not versions.is_deleted then versions.lat end as lat,
        case when not versions.is_deleted then versions.lon end as lon,
        versions.reactions,
        versions.is_deleted,
        versions.posted_at,
        labels.intent,
        labels.intent_probability,
        labels.topic_code,
        labels.topic_probability,
        labels.model_version,
        case when not versions.is_deleted then streets.place_key end as place_key,
        case when not versions.is_deleted then streets.house end as house,
        ranked.fingerprint

    from versions
    inner join ranked
        on
            versions.post_id = ranked.post_id
            and versions.load_id = ranked.load_id
            and versions.origin_row = ranked.origin_row
            and ranked.version_rank = 1
    left join labels on versions.text_hash = labels.text_hash
    left join streets on versions.text_hash = streets.text_hash
    left join redactions on versions.text_hash = redactions.text_hash

),

-- What later models ask of the words is read here, once in the life of a version and not in every run.
read as (

    select
        *,
        {{ street_stem('place_key') }} as read_street,
        {{ address_street('place_text') }} as stated_street,
        {{ address_house('place_text') }} as stated_house,
        {{ address_building('place_text') }} as stated_building,
        {{ words_of('text') }} as words,
        {{ entrance_of('text') }} as entrance,
        {{ floor_of('text') }} as floor,
        coalesce(regexp_extract(replace(lower(text), 'ё', 'е'), '({{ var('severity_words') }})', 1) <> '', false)
            as is_severe

    from annotated

),

-- Where no street or no house was read, names that follow a word for a place may be streets that somebody knows.
heard as (

    select
        *,
        case when read_street is null or house is null then {{ regexp_all('lower(text)', street_after_cue(1)) }} end
            as heard_words,
        case when read_street is null or house is null then {{ regexp_all('lower(text)', street_after_cue(2)) }} end
            as heard_word_pairs

    from read

)

select * from heard
