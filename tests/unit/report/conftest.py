"""A surface with few rows, whose figures can be counted by hand."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from otklik.home.engine import text_literal
from otklik.warehouse.metrics import metrics

AS_OF = datetime(2026, 9, 30, tzinfo=UTC)
METRICS = ", ".join(f"('{one.metric_code}', {text_literal(one.sql_expression)})" for one in metrics())
HOSTILE = '<script>alert(1)</script>"&'

TABLES = f"""
create table dim_authority as
select * from (values ('a1', 'Комитет дорог'), ('a2', '{HOSTILE}')) as t(authority_id, name);
create table dim_municipality as
select 'm1' as municipality_id, 'Ясноград' as name, 55.0 as lat, 50.0 as lon, null::varchar as outline;
create table dim_topic as
select 'ямы' as topic_code, 'Ремонт дорог' as topic_ru, 'Road repair' as topic_en,
    'roads' as group_code, 'Дороги' as group_ru;
create table dim_incident_state as select * from (values ('received', 'получено')) as t(state, state_ru);
create table fct_incident as
select
    'i' || n as incident_id, 'ямы' as topic_code, 'roads' as group_code, 'm1' as municipality_id, 'received' as state,
    if(n % 2 = 0, 'a1', 'a2') as authority_id,
    timestamptz '2026-09-30 00:00:00+00' - to_days(n::integer) as opened_at,
    timestamptz '2026-09-30 00:00:00+00' - to_days(n::integer - 1) as due_at,
    if(n % 4 = 0, opened_at + interval 3 hours, null) as first_reply_at,
    n > 1 as is_ripe,
    if(n > 1, n % 4 = 0, null) as is_reply_on_time
from range(1, 41) as days(n);
create table fct_incident_event as
select
    incident_id, incident_id || 'e' as event_id, 1 as sequence_number, authority_id, due_at,
    if(first_reply_at is null, 'received', 'confirmed') as event_kind,
    opened_at + if(first_reply_at is null, interval 2 hours, interval 5 hours) as event_at
from fct_incident;
create table escalation as
select
    incident_id, 'reply' as clock, authority_id, name as authority_name, 'acted' as authority_origin,
    topic_code, municipality_id, state, opened_at as started_at, due_at,
    date_diff('hour', due_at, timestamptz '2026-09-30 00:00:00+00')::double as hours_late,
    null::varchar as escalate_to_authority_name
from fct_incident join dim_authority using (authority_id)
where is_ripe and first_reply_at is null;
create table dim_event_kind as
select * from (values ('received', 'получено', 'received'), ('confirmed', 'подтверждено', 'confirmed'))
as t(event_kind, event_kind_ru, event_kind_en);
create table dim_clock as select 'reply' as clock, 'ответ' as clock_ru, 1 as sort_order;
create table v_incident as
select
    incident_id, 'Ремонт дорог' as topic_ru, 'Ясноград' as municipality_name, name as authority_name,
    'по правилу' as authority_origin_ru, 'получено' as state_ru, 'Портал' as source_title, opened_at,
    2 as n_posts, 2 as n_people
from fct_incident join dim_authority using (authority_id);
create table v_post as
select
    incident_id, incident_id || n as post_id, opened_at + to_hours(n::integer) as posted_at,
    'c_' || n as author_subject_id,
    if(n = 0, 'Яма у дома, звоните [телефон]', '{HOSTILE}') as text, 'портал' as channel_ru, 'жалоба' as intent_ru,
    n = 0 as is_opening, if(n = 0, null, 'тот же адрес') as link_reasons_ru
from fct_incident, range(2) as posts(n);
create table fct_reply as select 'r' as reply_id, 'Ответ' as text, false as is_formal;
create table fct_incident_clock as
select
    incident_id, 'reply' as clock, 1 as attempt_number, opened_at as started_at, first_reply_at as stopped_at, due_at,
    if(first_reply_at is null, null, 3.0) as calendar_hours, 0.0 as paused_hours, 24 as term_hours,
    'calendar' as term_calendar, is_reply_on_time as is_on_time, is_ripe
from fct_incident;
create table fct_history_daily as
select
    (date '2026-09-29' - n::integer)::date as history_date, 'a1' as authority_id, 'm1' as municipality_id,
    'roads' as group_code, 10 - n as n_open, 5 as n_overdue, 1 as n_received, 0 as n_answered, 0 as n_confirmed
from range(0, 9) as days(n);
create table fct_burst as
select 'b' as burst_id, '{HOSTILE}' as reason_ru, 9 as n_posts, 7 as n_people, 3 as n_incidents,
    date '2026-09-25' as first_date, date '2026-09-27' as last_date, 0.001 as q_value;
create table agg_municipality_activity as
select 'край' as region, 'm1' as municipality_id, 40 as n_incidents, 2.0 as incidents_per_1000;
create table agg_municipality_rank as
select 'край' as region, 'm1' as municipality_id, 1 as activity_rank, 1 as activity_rank_low, 1 as activity_rank_high,
    2.0 as shrunken_incidents_per_1000, 1.5 as shrunken_incidents_per_1000_low, 2.5 as shrunken_incidents_per_1000_high;
create table agg_waiting_time as
select 'all' as scope, 'all' as cell_id, 'reply' as clock, 40 as n_incidents, 10 as n_stopped,
    60.0 as median_hours, 50.0 as median_hours_low, null::double as median_hours_high, null::double as p90_hours;
create table agg_resolution as
select 'all' as scope, 'all' as cell_id, 8 as n_claimed, 4 as n_confirmed, .5 as confirmed_share,
    .2 as confirmed_share_low, .8 as confirmed_share_high;
create table meta_freshness as
select 'portal' as source, 'post' as entity, 40 as rows_loaded, timestamptz '2026-09-29 00:00:00+00' as newest_event_at,
    24.0 as hours_since_newest_event, true as is_missing, timestamptz '2026-09-28 00:00:00+00' as missing_since,
    1 as n_deliveries_missing, 12 as n_rows_missing, '{HOSTILE}' as missing_reason;
create table meta_gate_result (
    gate varchar, table_name varchar, expectation varchar, column_name varchar, severity varchar, is_passed boolean,
    observed varchar, expected varchar, explanation varchar
);
insert into meta_gate_result values
    ('marts', 'fct_post', 'unique', 'post_id', 'blocking', true, '0', '0', 'Rows are posts.'),
    ('routes', 'topic_drift', 'sum', 'topic_psi', 'warning', false, '0.31', '≤ 0.25', '{HOSTILE}');
create table meta_load as
select 'portal' as source, 'post' as entity, n as rows_read, n - 3 as rows_loaded, 1 as rows_duplicate,
    2 as rows_quarantined, 0 as rows_erased, 0 as rows_left_out
from (values (30), (16)) as loads(n);
create table meta_joining (
    region varchar, is_used boolean, n_labels bigint, precision_share double, precision_low double,
    precision_high double, recall_share double, recall_low double, recall_high double
);
create table dim_code as
select * from (values
    ('suppression_reason', 'too_few_people', 'слишком мало людей'), ('network', 'staff', 'сотрудники'),
    ('event_kind', 'merge', 'слилась')
) as t(column_name, code, code_ru);
create table agg_communication_level (
    organisation varchar, period_kind varchar, period_start date, period_end date, level varchar, source_unit varchar,
    target_unit varchar, n_messages bigint, n_people bigint, n_internal_ties bigint, n_external_ties bigint,
    ei_index double, reciprocity double, answered_share double, response_hours_median double, is_suppressed boolean,
    suppression_reason varchar
);
insert into agg_communication_level by name
select 'Край' as organisation, 'rolling_90d' as period_kind, date '2026-07-01' as period_start,
    date '2026-09-30' as period_end, *, n_people is null as is_suppressed,
    if(n_people is null, 'too_few_people', null) as suppression_reason
from (values
    ('unit', 'Дороги', null, null, 9, 4, 2, -.33), ('unit', 'Одиночки', null, null, 7, 5, 0, -1),
    ('unit', '{HOSTILE}', null, null, null, null, null, null),
    ('pair', 'Дороги', '{HOSTILE}', null, null, null, null, null),
    ('pair', '{HOSTILE}', 'Дороги', 17, 6, null, null, null), ('pair', 'Одиночки', 'Одиночки', 11, 7, null, null, null)
) as t(level, source_unit, target_unit, n_messages, n_people, n_internal_ties, n_external_ties, ei_index);
create table dim_interest_group as
select * from (values
    ('g1', 'staff', 'Край', 12, 1.0, 'ямы', .4, 2.5, false, null),
    ('g2', 'staff', 'Край', null, null, null, null, null, true, 'too_few_people')
) as t(
    interest_group_id, network, organisation, n_members, stability_score, main_topic_code, main_topic_share,
    main_topic_lift, is_suppressed, suppression_reason
);
create table fct_group_event as
select 'staff' as network, 'Край' as organisation, date '2026-09-01' as period_start, 'merge' as event_kind,
    'g1' as group_id, 12 as n_members, 15 as n_members_before;
create table agg_active_citizens as
select 'край' as organisation, 12 as window_weeks, 4 as min_active_weeks, 4 as min_constructive_messages,
    2 as min_repliers, 2 as min_topics, 208 as n_citizens, 17 as n_active_citizens, false as is_suppressed;
create table meta_metric as
select *, true as is_aggregate from (values {METRICS}) as t(metric_code, sql_expression);
"""


# Ten incidents in three cells: a town, a group and an authority by the week; the town by the month; the region by year.
PUBLIC_TABLES = f"""
create table dim_authority as
select * from (values ('a1', 'Комитет дорог'), ('a2', '{HOSTILE}')) as t(authority_id, name);
create table dim_municipality as
select * from (values ('m1', 'Ясноград', 55.0, 50.0), ('m2', '{HOSTILE}', 56.0, 51.0))
as t(municipality_id, name, lat, lon);
alter table dim_municipality add column outline varchar;
create table dim_topic_group as select 'roads' as group_code, 'Дороги' as group_ru, 'Roads' as group_en;
create table dim_topic as
select 'ямы' as topic_code, 'Ремонт дорог' as topic_ru, 'Road repair' as topic_en, 'roads' as group_code;
create table dim_incident_state as select 'closed' as state, 'закрыто' as state_ru, 'closed' as state_en;
create table dim_code as select 'indicator' as column_name, 'index' as code, 'Индекс' as code_ru;
create table agg_sla (
    cell_id varchar, is_total boolean, period_kind varchar, period_start date, municipality_id varchar,
    group_code varchar, authority_id varchar, n_incidents bigint, n_replied bigint, n_on_time bigint,
    on_time_share double, on_time_share_low double, on_time_share_high double, n_claimed bigint, n_confirmed bigint
);
insert into agg_sla values
    ('c1', false, 'week', '2026-08-03', 'm1', 'roads', 'a1', 5, 4, 3, null, null, null, 2, 1),
    ('c2', false, 'month', '2026-09-01', 'm1', 'roads', null, 3, 2, 1, null, null, null, 1, 0),
    ('c3', false, 'year', '2026-01-01', null, null, null, 2, 0, 0, null, null, null, 0, 0),
    ('total', true, 'all', null, null, null, null, 10, 6, 4, .4, .17, .69, 3, 1);
create table agg_topic (
    is_total boolean, group_code varchar, n_posts bigint, n_complaints bigint, n_questions bigint
);
insert into agg_topic values (false, 'roads', 21, 17, 3), (true, null, 33, 20, 5);
create table fct_incident as
select if(n <= 5, 'c1', 'c2') as cell_id, 'm1' as municipality_id, 'roads' as group_code,
    if(n <= 5, 'a1', null) as authority_id, if(n <= 5, 'closed', null) as state, n > 5 as is_suppressed
from range(1, 9) as rows(n);
create table fct_burst as
select 'ямы' as topic_code, 'm1' as municipality_id, date '2026-09-20' as first_date, date '2026-09-22' as last_date;
create table agg_outcome as
select 'outcomes' as source, 'index' as indicator, 'Ясноград' as place, '2026' as period, 189.5 as value,
    192.0 as comparator, 'среднее' as comparator_title, 'баллы' as unit, -2.5 as difference_from_comparator,
    false as is_suppressed;
"""


@pytest.fixture(scope="session")
def public_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten incidents that are told in three cells."""
    path = tmp_path_factory.mktemp("public") / "otklik.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(PUBLIC_TABLES)
    return path


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty incidents, one a day, all ripe but the youngest; every fourth answered in time."""
    path = tmp_path_factory.mktemp("surface") / "otklik.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES)
    return path
