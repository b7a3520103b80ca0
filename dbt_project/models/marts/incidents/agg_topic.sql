-- Nothing is hidden: what comes in is told to analysts in full (definition 24, a). The rows of a kind of period and a
-- scope add up to all dated posts; the scope «all» is their total.

with

sources as (

    select * from {{ source('run', 'source') }}

),

topics as (

    select * from {{ ref('int_topic') }}

),

posts as (

    select
        {{ local_date('posts.posted_at', 'sources.time_zone') }} as posted_date,
        posts.source,
        posts.topic_code,
        topics.group_code,
        posts.intent,
        posts.author_subject_id

    from {{ ref('int_live_post') }} as posts
    inner join sources on posts.source = sources.source
    left join topics on posts.topic_code = topics.topic_code
    where posts.posted_at is not null

),

told as (

    {{ in_periods('posts', 'posted_date') | indent(4) }}

),

-- What nobody knows is a cell of its own, so that the cells of a scope add up.
scoped as (

    {% for scope, cell in [
        ('all', "'all'"), ('source', 'source'), ('topic_group', 'group_code'), ('topic', 'topic_code')
    ] -%}
    select told.*, '{{ scope }}' as scope, coalesce({{ cell }}, 'unknown') as cell_id from told
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

counted as (

    select
        period_kind,
        period_start,
        scope,
        cell_id,
        count(*) as n_posts,
        count(case when intent = 'complaint' then 1 end) as n_complaints,
        count(case when intent = 'question' then 1 end) as n_questions,
        count(distinct author_subject_id) as n_people

    from scoped
    group by period_kind, period_start, scope, cell_id

)

select * from counted
