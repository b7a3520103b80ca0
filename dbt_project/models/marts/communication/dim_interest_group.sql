with

interest_groups as (

    select * from {{ ref('int_interest_group') }}

),

preferences as (

    select * from {{ ref('int_preference') }}

),

ranked_topics as (

    select
        member_id as interest_group_id,
        item,
        share,
        lift,
        row_number() over (partition by member_id order by lift desc, share desc, item) as topic_rank

    from preferences
    where level = 'interest_group' and kind = 'topic' and suppression_reason is null and lift > 1

),

profiled as (

    select
        interest_groups.*,
        ranked_topics.item as main_topic_code,
        ranked_topics.share as main_topic_share,
        ranked_topics.lift as main_topic_lift

    from interest_groups
    left join ranked_topics
        on interest_groups.interest_group_id = ranked_topics.interest_group_id and ranked_topics.topic_rank = 1

),

published_groups as (

    select
        interest_group_id,
        network,
        organisation,
        {{ shown('n_members', 'suppression_reason') }} as n_members,
        {{ shown('stability_score', 'suppression_reason') }} as stability_score,
        {{ shown('resolution', 'suppression_reason') }} as resolution,
        {{ shown('is_held', 'suppression_reason') }} as is_held,
        {{ shown('main_topic_code', 'suppression_reason') }} as main_topic_code,
        {{ shown('main_topic_share', 'suppression_reason') }} as main_topic_share,
        {{ shown('main_topic_lift', 'suppression_reason') }} as main_topic_lift,
        suppression_reason is not null as is_suppressed,
        suppression_reason,
        method_version

    from profiled

)

select * from published_groups
