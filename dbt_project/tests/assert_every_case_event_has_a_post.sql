-- Events of a post that no load holds belong to no incident and are left out. A warning, because a source may deliver
-- its events before its posts; the next load then brings them in.
{{ config(severity='warn') }}

select
    events.source,
    events.post_id,
    count(*) as n_events

from {{ ref('stg_case_event') }} as events
left join {{ ref('stg_post_version') }} as posts on events.post_id = posts.post_id
where posts.post_id is null
group by events.source, events.post_id
