-- The taxonomy in force. Whoever writes much about illness or need may be ill or in need: of groups it may be said, of
-- nobody alone. What an own topic is about, only the built-in topics it stands for tell; where it stands for none, it
-- may be about these.

with

own as (

    select * from {{ ref('stg_topic') }}

),

built_in as (

    select * from {{ ref('topic') }}

),

origins as (

    select * from {{ ref('int_topic_origin') }}

),

taxonomy as (

    {{ own_or_built_in('own', 'built_in', [
        'topic_code', 'topic_ru', 'topic_en', 'group_code', 'group_ru', 'group_en'
    ]) }}

),

meanings as (

    select
        topic_code,
        group_code as meant_group_code

    from taxonomy
    union
    select
        topic_code,
        built_in_group_code as meant_group_code

    from origins

),

judged as (

    select
        topic_code,
        max(case when meant_group_code in ('{{ var('group_only_topic_groups') | join("', '") }}') then 1 else 0 end) = 1
            as is_about_illness_or_need

    from meanings
    group by topic_code

),

known as (

    select distinct topic_code from origins

),

topics as (

    select
        taxonomy.topic_code,
        taxonomy.topic_ru,
        taxonomy.topic_en,
        taxonomy.group_code,
        taxonomy.group_ru,
        taxonomy.group_en,
        taxonomy.is_own,
        judged.is_about_illness_or_need or taxonomy.is_own and known.topic_code is null as is_group_only

    from taxonomy
    inner join judged on taxonomy.topic_code = judged.topic_code
    left join known on taxonomy.topic_code = known.topic_code

)

select * from topics
